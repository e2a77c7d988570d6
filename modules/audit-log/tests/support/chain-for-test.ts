import { randomUUID } from "node:crypto";
import { entryHash, GENESIS_HASH, type ChainEntry, type ChainReader } from "../../src/index.ts";

/** A log of `size` entries as append_audit_entry would have written it. */
export function chainForTest(size: number, org: string = randomUUID()): ChainEntry[] {
  const log: ChainEntry[] = [];
  for (let seq = 1; seq <= size; seq++) {
    const fresh: ChainEntry = {
      org,
      seq: BigInt(seq),
      id: randomUUID(),
      atMicros: 1_700_000_000_000_000n + BigInt(seq),
      actorKind: "session",
      actorId: `person-${seq}`,
      actorLabel: "Ann",
      action: "virtual_key.minted",
      subjectType: "virtual_key",
      subjectId: randomUUID(),
      details: `{"n": ${seq}}`,
      requestId: randomUUID(),
      address: "192.0.2.1",
      prevHash: log.at(-1)?.hash ?? GENESIS_HASH,
      hash: "",
    };
    log.push({ ...fresh, hash: entryHash(fresh) });
  }
  return log;
}

/** As the database answers: ordered by number, in pages as small as `page`, so that page borders are crossed. */
export function readerOf(log: readonly ChainEntry[], page = 3): ChainReader {
  const ordered = log.toSorted((one, other) => Number(one.seq - other.seq));
  return {
    after: async (seq, limit) => ordered.filter((entry) => entry.seq > seq).slice(0, Math.min(limit, page)),
  };
}

/** Hashes again from `index` on, as one would who can write everything inside the database. */
export function recomputed(log: readonly ChainEntry[], index: number): ChainEntry[] {
  const fixed = log.slice(0, index);
  for (const entry of log.slice(index)) {
    const linked = { ...entry, prevHash: fixed.at(-1)?.hash ?? GENESIS_HASH };
    fixed.push({ ...linked, hash: entryHash(linked) });
  }
  return fixed;
}

export function headOf(log: readonly ChainEntry[]): { seq: bigint; hash: string } {
  const last = log.at(-1);
  if (last === undefined) throw new Error("an empty log has no head");
  return { seq: last.seq, hash: last.hash };
}
