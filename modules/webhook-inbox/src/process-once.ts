import { Problem, type Sql, type VerifiedTenant } from "@meterr/runtime";
import type { InboxDelivery, ProcessDelivery } from "./inbox-delivery.ts";

export type Outcome =
  | { readonly status: "processed" }
  | { readonly status: "failed"; readonly failure: "error" | "timeout" };

export interface ProcessParts {
  readonly process: ProcessDelivery;
  /** Milliseconds. */
  readonly timeoutMs: number;
  /** Told of what failed; nothing of an error is ever kept with the delivery. */
  report(error: unknown): void;
}

class TimedOut extends Error {}

/**
 * Runs the host's code behind a savepoint: what it wrote before it failed is gone, and the transaction goes on.
 * Rejects with the error when trying again may help, for the whole transaction is better dropped then.
 */
export async function processOnce(
  parts: ProcessParts,
  delivery: InboxDelivery,
  transaction: { readonly sql: Sql; readonly tenant: VerifiedTenant },
): Promise<Outcome> {
  const { sql, tenant } = transaction;
  const abort = new AbortController();
  const fence = fenced(sql);
  await sql.query("savepoint webhook_inbox");
  try {
    await within(parts.timeoutMs, parts.process(delivery, { sql: fence.sql, tenant, signal: abort.signal }));
    fence.close();
    await sql.query("release savepoint webhook_inbox");
    return { status: "processed" };
  } catch (error) {
    fence.close();
    abort.abort();
    if (error instanceof Problem && error.retryable) throw error;
    tell(parts, error);
    await sql.query("rollback to savepoint webhook_inbox");
    return { status: "failed", failure: error instanceof TimedOut ? "timeout" : "error" };
  }
}

function tell({ report }: ProcessParts, error: unknown): void {
  try {
    report(error);
  } catch {
    // The delivery matters more than the record of its failure.
  }
}

/** Once closed it refuses: code that ran out of time must not write into what comes after it. */
function fenced(sql: Sql): { readonly sql: Sql; close(): void } {
  let closed = false;
  async function ask<Row>(text: string, values?: readonly unknown[]) {
    if (closed) throw new TypeError("The time for this delivery is over.");
    // sql-not-constant: passes on the constant statement of the host's code
    return values === undefined ? sql.query<Row>(text) : sql.query<Row>(text, values);
  }
  return {
    sql: {
      query<Row>(text: string, values?: readonly unknown[]) {
        const answer = ask<Row>(text, values);
        // The rejection of one that nobody awaits must not end the process.
        answer.catch(() => undefined);
        return answer;
      },
    },
    close: () => void (closed = true),
  };
}

async function within(ms: number, work: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TimedOut("The host's code did not answer in time.")), ms);
  });
  // Its own later failure is nobody's: it was told to stop.
  work.catch(() => undefined);
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
