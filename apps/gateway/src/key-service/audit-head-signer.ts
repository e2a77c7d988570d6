import {
  chainEntry,
  verifyAuditLog,
  type ChainProblem,
  type ChainReader,
  type ChainRow,
} from "@meterr/module-audit-log";
import { signHead, verifyHead, type AuditHead, type Signer } from "@meterr/vault";
import type { Pool } from "pg";
import type { AuditHeadFiles } from "./audit-head-files.ts";

export interface SignedAuditHead {
  /** The last head signed, compact JWS; null when the very first was refused. */
  readonly signed: string | null;
  /** Its number; "0" when there is none. */
  readonly seq: string;
  /** Why the log as it stands was not signed, and the entry at fault; null when `signed` is its end. */
  readonly refused: { readonly problem: ChainProblem; readonly seq: string } | null;
}

export interface AuditHeadSigner {
  /**
   * Signs the end of the organisation's audit log if it extends the last head signed here, entry by entry; answers the
   * last head otherwise. Null: no entry, and never one. Rejects with VaultError `signature_invalid` when the file that
   * keeps the last head was tampered with.
   */
  sign(orgId: string): Promise<SignedAuditHead | null>;
  /** The number of the last head signed here; 0 when there is none. Rejects as `sign`. */
  lastSigned(orgId: string): Promise<bigint>;
}

export interface AuditHeadSignerOptions {
  /** Of the gateway's role. */
  readonly pool: Pick<Pool, "query">;
  readonly signer: Signer;
  readonly files: AuditHeadFiles;
  readonly now?: () => Date;
}

interface KeptHead {
  readonly signed: string;
  readonly head: AuditHead;
}

/**
 * The caller names the organisation only: what is signed is read and computed again here, so nobody can have a head of
 * their own making signed, and who rewrites the log inside PostgreSQL cannot have the rewriting signed either.
 */
export function auditHeadSigner(options: AuditHeadSignerOptions): AuditHeadSigner {
  const { pool, signer, files, now = () => new Date() } = options;
  const underWay = new Map<string, Promise<unknown>>();

  const kept = async (orgId: string): Promise<KeptHead | null> => {
    const signed = await files.read(orgId);
    if (signed === null) return null;
    return { signed, head: await verifyHead({ verifier: signer.verifier, org: orgId, signed }) };
  };

  const extend = async (orgId: string): Promise<SignedAuditHead | null> => {
    const last = await kept(orgId);
    const start = last === null ? 0n : last.head.seq - 1n;
    const verdict = await verifyAuditLog(sinceReader(pool, orgId), last === null ? [] : [last.head], { after: start });
    if (verdict.firstBad !== null) {
      const { problem, seq } = verdict.firstBad;
      return { ...present(last), refused: { problem, seq: seq.toString() } };
    }
    if (verdict.last === null) return null;
    if (last !== null && verdict.last.seq === last.head.seq) return present(last);
    const head = { org: orgId, seq: verdict.last.seq, hash: verdict.last.hash, time: now() };
    const signed = await signHead({ signer, head });
    // Another gateway of this machine may have gone further meanwhile; its head is as good.
    const meanwhile = await kept(orgId);
    if (meanwhile !== null && meanwhile.head.seq >= head.seq) return present(meanwhile);
    await files.write(orgId, signed);
    return present({ signed, head });
  };

  return {
    async sign(orgId) {
      const org = orgId.toLowerCase();
      const before = underWay.get(org) ?? Promise.resolve();
      // One at a time for each organisation: the file must never go back.
      const next = before.then(
        () => extend(org),
        () => extend(org),
      );
      underWay.set(org, next);
      try {
        return await next;
      } finally {
        if (underWay.get(org) === next) underWay.delete(org);
      }
    },
    async lastSigned(orgId) {
      return (await kept(orgId.toLowerCase()))?.head.seq ?? 0n;
    },
  };
}

function present(last: KeptHead | null): SignedAuditHead {
  return { signed: last?.signed ?? null, seq: last?.head.seq.toString() ?? "0", refused: null };
}

function sinceReader(pool: Pick<Pool, "query">, orgId: string): ChainReader {
  return {
    async after(seq, limit) {
      const found = await pool.query<ChainRow>("select * from meterr.audit_log_since($1, $2, $3)", [
        orgId,
        seq.toString(),
        limit,
      ]);
      return found.rows.map((row) => chainEntry(orgId, row));
    },
  };
}
