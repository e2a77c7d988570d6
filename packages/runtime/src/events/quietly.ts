/** Tells somebody who must not decide anything by it: neither what they throw nor a promise they reject is heard. */
export function quietly(tell: () => unknown): void {
  try {
    const told = tell();
    // An async sink fits the type as well, and its rejection would end the process. By what it can do, not by its class:
    // a promise may be of another realm or a library's own.
    if (typeof told === "object" && told !== null && "then" in told) Promise.resolve(told).catch(() => undefined);
  } catch {
    // What happens matters more than the record of it.
  }
}
