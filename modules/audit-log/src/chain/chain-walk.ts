import type { ChainEntry } from "./chain-entry.ts";
import { entryHash } from "./entry-hash.ts";
import type { BadEntry, TrustedHead } from "./verdict.ts";

/** How far from its number an entry's original place is looked for. Only the name of the finding depends on it. */
const MOVED_AT_MOST = 1_000n;

/**
 * Follows the chain entry by entry. Before: the number and hash the next entry must follow on.
 *
 * following → (an entry that fits) → following
 * following → (an entry whose own hash holds, yet names another before it) → doubting: a head signed later decides
 *   whether this entry or the one before it was rewritten
 * following | doubting → (anything else that does not fit) → over, with the first bad entry
 */
export class ChainWalk {
  readonly #heads: Map<bigint, string>;
  readonly #furthest: bigint;
  #seq: bigint;
  /** Null: the first entry is taken at its word. */
  #hash: string | null;
  #vouched = 0n;
  #doubt: { seq: bigint } | null = null;

  constructor(heads: readonly TrustedHead[], start: { seq: bigint; hash: string | null }) {
    this.#heads = new Map(heads.map((head) => [head.seq, head.hash]));
    this.#furthest = heads.reduce((most, head) => (head.seq > most ? head.seq : most), 0n);
    this.#seq = start.seq;
    this.#hash = start.hash;
  }

  /** The last number followed. */
  get seq(): bigint {
    return this.#seq;
  }

  get hash(): string | null {
    return this.#hash;
  }

  /** The first bad entry, once it is known; null to go on. */
  follow(entry: ChainEntry): BadEntry | null {
    const bad = this.#judge(entry);
    if (bad !== null) return this.#doubt === null ? bad : this.#rewritten(this.#doubt.seq);
    this.#seq = entry.seq;
    this.#hash = entry.hash;
    const signed = this.#heads.get(entry.seq);
    if (signed === undefined) return null;
    const holds = signed === entry.hash;
    // From this head backwards every entry up to the doubted one is proved: what it names before it is not there.
    if (this.#doubt !== null) return this.#rewritten(holds ? this.#doubt.seq - 1n : this.#doubt.seq);
    if (!holds) return this.#rewritten(entry.seq);
    this.#vouched = entry.seq;
    return null;
  }

  /** To be asked when there are no more entries. */
  end(): BadEntry | null {
    if (this.#doubt !== null) return this.#rewritten(this.#doubt.seq);
    return this.#seq < this.#furthest ? this.#bad(this.#seq + 1n, "truncated") : null;
  }

  #judge(entry: ChainEntry): BadEntry | null {
    const expected = this.#seq + 1n;
    if (entry.seq > expected) return this.#bad(expected, "missing");
    if (entry.seq < expected) return this.#bad(entry.seq, "reordered");
    if (entryHash(entry) !== entry.hash) {
      return this.#bad(entry.seq, wasElsewhere(entry) ? "reordered" : "edited");
    }
    if (this.#hash === null || entry.prevHash === this.#hash) return null;
    if (this.#doubt !== null) return this.#bad(entry.seq, "recomputed");
    this.#doubt = { seq: entry.seq };
    return null;
  }

  #rewritten(seq: bigint): BadEntry {
    return this.#bad(seq > this.#vouched ? seq : seq + 1n, "recomputed");
  }

  #bad(seq: bigint, problem: BadEntry["problem"]): BadEntry {
    return { seq, problem, vouchedUpTo: this.#vouched };
  }
}

/** True when the entry, whole as it is, was written under another number. */
function wasElsewhere(entry: ChainEntry): boolean {
  const first = entry.seq > MOVED_AT_MOST ? entry.seq - MOVED_AT_MOST : 1n;
  for (let seq = first; seq <= entry.seq + MOVED_AT_MOST; seq++) {
    if (seq !== entry.seq && entryHash({ ...entry, seq }) === entry.hash) return true;
  }
  return false;
}
