/**
 * Aborts when either does. `AbortSignal.any` would do, but not every edge runtime has it yet. The first is expected to
 * abort in the end: until then it holds on to the listener.
 */
export function eitherSignal(first: AbortSignal, second: AbortSignal | null): AbortSignal {
  if (second === null || first.aborted) return first;
  if (second.aborted) return second;
  const either = new AbortController();
  const abort = (): void => either.abort();
  first.addEventListener("abort", abort, { once: true });
  second.addEventListener("abort", abort, { once: true });
  return either.signal;
}
