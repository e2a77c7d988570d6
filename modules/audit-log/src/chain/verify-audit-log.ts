import type { ChainReader } from "./chain-entry.ts";
import { ChainWalk } from "./chain-walk.ts";
import { GENESIS_HASH } from "./entry-hash.ts";
import type { AuditLogVerdict, TrustedHead } from "./verdict.ts";

/** Entries asked for at once: a few hundred bytes each. */
const PAGE = 1000;

export interface VerifyOptions {
  /**
   * Start behind this number instead of at the beginning; the first entry read is then taken at its word for what it
   * follows on. For signing a head after another: the number before the last head, which thereby is checked again.
   */
  readonly after?: bigint;
}

/**
 * Computes the whole chain again, in pages, against heads signed outside the database.
 * Without heads only what breaks the chain is found; with them a shortened or rewritten log as well, up to the last
 * head. Rejects only when the reader does.
 */
export async function verifyAuditLog(
  reader: ChainReader,
  heads: readonly TrustedHead[],
  options: VerifyOptions = {},
): Promise<AuditLogVerdict> {
  const start = options.after ?? 0n;
  const walk = new ChainWalk(heads, { seq: start, hash: start === 0n ? GENESIS_HASH : null });
  const lastOf = (): TrustedHead | null =>
    walk.hash === null || walk.seq === start ? null : { seq: walk.seq, hash: walk.hash };
  let position = start;
  for (;;) {
    const page = await reader.after(position, PAGE);
    for (const entry of page) {
      const firstBad = walk.follow(entry);
      if (firstBad !== null) return { intact: false, last: lastOf(), firstBad };
    }
    const end = page.at(-1);
    if (end === undefined) break;
    position = end.seq;
  }
  const firstBad = walk.end();
  return { intact: firstBad === null, last: lastOf(), firstBad };
}
