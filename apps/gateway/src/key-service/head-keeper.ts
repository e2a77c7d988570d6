import type { Pool } from "pg";
import type { AuditHeadFiles } from "./audit-head-files.ts";
import type { AuditHeadSigner } from "./audit-head-signer.ts";

/** What is not signed yet can be rewritten unseen, so a minute is the most that can be lost. Milliseconds. */
const EVERY = 60_000;

/** An audit log that no longer extends the last head signed for it. Told again at every round until it is looked into. */
export class AuditHeadRefused extends Error {
  override readonly name = "AuditHeadRefused";
  readonly code = "audit_head_refused";
  readonly orgId: string;

  constructor(orgId: string, problem: string, seq: string) {
    super(`the audit log of organisation ${orgId} is not signed: entry ${seq} is ${problem}`);
    this.orgId = orgId;
  }
}

export interface HeadKeeperOptions {
  /** Of the gateway's role. */
  readonly pool: Pick<Pool, "query">;
  readonly files: AuditHeadFiles;
  readonly signer: AuditHeadSigner;
  readonly everyMs?: number;
  /** Told of refused logs (AuditHeadRefused) and of failures; the next round tries again. */
  report(error: unknown): void;
}

export interface HeadKeeper {
  start(): void;
  /** One round: signs every log that goes further than its last head, and looks at those that fell behind it. */
  round(): Promise<void>;
  /** Waits for the round under way. */
  stop(): Promise<void>;
}

/** stopped → (start) → waiting → (time) → a round → waiting → … → (stop) → stopped */
export function headKeeper(options: HeadKeeperOptions): HeadKeeper {
  let timer: NodeJS.Timeout | null = null;
  let stopped = false;
  let underWay: Promise<void> = Promise.resolve();

  const judge = async (orgId: string, seq: bigint): Promise<void> => {
    if ((await options.signer.lastSigned(orgId)) === seq) return;
    const answer = await options.signer.sign(orgId);
    if (answer !== null && answer.refused !== null) {
      throw new AuditHeadRefused(orgId, answer.refused.problem, answer.refused.seq);
    }
  };

  const round = async (): Promise<void> => {
    try {
      const found = await options.pool.query<{ org_id: string; seq: string }>(
        "select org_id, seq from meterr.audit_log_heads()",
      );
      const ends = new Map(found.rows.map((row) => [row.org_id, BigInt(row.seq)]));
      // A log that vanished whole is in no list of the database.
      for (const orgId of await options.files.organisations()) if (!ends.has(orgId)) ends.set(orgId, 0n);
      for (const [orgId, seq] of ends) {
        if (stopped) return;
        await judge(orgId, seq).catch((error: unknown) => options.report(error));
      }
    } catch (error) {
      options.report(error);
    }
  };

  const wait = (): void => {
    timer = setTimeout(() => {
      underWay = round().then(() => {
        if (!stopped) wait();
      });
    }, options.everyMs ?? EVERY);
    timer.unref();
  };

  return {
    start: wait,
    round,
    async stop() {
      stopped = true;
      if (timer !== null) clearTimeout(timer);
      await underWay;
    },
  };
}
