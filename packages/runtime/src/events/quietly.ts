/** Tells somebody who must not decide anything by it: neither what they throw nor a promise they reject is heard. */
export function quietly(tell: () => unknown): void {
  try {
    const told = tell();
    // An async sink fits the type as well, and its rejection would end the process.
    if (told instanceof Promise) told.catch(() => undefined);
  } catch {
    // What happens matters more than the record of it.
  }
}
