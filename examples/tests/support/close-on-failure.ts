/** Makes something of several parts. When one of them fails, those made before it are closed, the last first. */
export async function closeOnFailure<Made extends object>(
  make: (closing: AsyncDisposableStack) => Promise<Made>,
): Promise<Made & { close(): Promise<void> }> {
  const closing = new AsyncDisposableStack();
  try {
    return { ...(await make(closing)), close: () => closing.disposeAsync() };
  } catch (error) {
    await closing.disposeAsync();
    throw error;
  }
}
