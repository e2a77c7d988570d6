import type { LeakedToken, Revocation, RevokeLeaked } from "./leaked-token.ts";

/** Revocations under way at once: each is likely a transaction of the host's. */
const AT_ONCE = 8;

const ANSWERS: ReadonlySet<unknown> = new Set<Revocation>(["revoked", "known", "unknown"]);

export interface RevokeParts {
  readonly revoke: RevokeLeaked;
  /** Milliseconds for all of them. */
  readonly timeoutMs: number;
  /** Told of each failure. */
  report(error: unknown): void;
}

/**
 * Has every token revoked, in the order given. One that fails keeps no other from being revoked.
 * Resolves to null when any failed or the time was over: then not all of them are known to be done.
 */
export async function revokeAll(
  tokens: readonly LeakedToken[],
  parts: RevokeParts,
): Promise<ReadonlyMap<LeakedToken, Revocation> | null> {
  const answers = new Map<LeakedToken, Revocation>();
  const abort = new AbortController();
  const queue = tokens.values();
  const work = async (): Promise<void> => {
    for (const token of queue) {
      if (abort.signal.aborted) return;
      try {
        const answer = await parts.revoke(token, { signal: abort.signal });
        if (!ANSWERS.has(answer)) throw new TypeError("revoke answered with none of its three answers.");
        answers.set(token, answer);
      } catch (error) {
        tell(parts, error);
      }
    }
  };
  const timer = setTimeout(() => {
    abort.abort(new Error("Revoking took too long."));
  }, parts.timeoutMs);
  const late = new Promise<void>((resolve) => {
    abort.signal.addEventListener("abort", () => resolve(), { once: true });
  });
  try {
    await Promise.race([Promise.all(Array.from({ length: AT_ONCE }, work)), late]);
  } finally {
    clearTimeout(timer);
  }
  if (abort.signal.aborted) tell(parts, abort.signal.reason);
  return answers.size === tokens.length ? answers : null;
}

function tell({ report }: RevokeParts, error: unknown): void {
  try {
    report(error);
  } catch {
    // The other tokens matter more than the record of a failure.
  }
}
