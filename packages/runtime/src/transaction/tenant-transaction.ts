import type { RuntimeHost, Sql } from "../host.ts";
import { Problem } from "../problem.ts";
import { RuntimeError } from "../runtime-error.ts";
import type { VerifiedTenant } from "../tenant/verified-tenant.ts";
import { endsTransaction } from "./ends-transaction.ts";
import { isUnavailable } from "./is-unavailable.ts";

const BACK_TO_SAVEPOINT = /^\s*rollback\s+(?:work\s+|transaction\s+)?to\b/i;

/**
 * One request's transaction under one tenant.
 * unopened → (first query) → open → (commit | rollback) → closed; unopened → closed without touching the database.
 * A failed query leaves PostgreSQL unable to commit (it would answer COMMIT with a silent ROLLBACK), so `commit`
 * fails after one, caught by the handler or not, unless it went back to a savepoint.
 */
export class TenantTransaction {
  readonly sql: Sql;
  readonly #host: Pick<RuntimeHost, "withTenant">;
  readonly #tenant: VerifiedTenant;
  #opened: Promise<Sql> | null = null;
  #done: Promise<void> | null = null;
  #verdict: PromiseWithResolvers<void> | null = null;
  /** Settles when the newest query has; null before the first. */
  #tail: Promise<void> | null = null;
  /** Of a query; a savepoint leads back behind it. */
  #failure: { error: unknown } | null = null;
  /** Of anything else, which nothing mends. */
  #poison: { error: unknown } | null = null;
  readonly #beside: Promise<unknown>[] = [];
  #closed = false;

  constructor(host: Pick<RuntimeHost, "withTenant">, tenant: VerifiedTenant) {
    this.#host = host;
    this.#tenant = tenant;
    this.sql = Object.freeze({
      query: <Row>(text: string, values?: readonly unknown[]) => {
        const answer = this.#query<Row>(text, values);
        // One that nobody awaits fails the commit; its rejection must not end the process.
        answer.catch(() => undefined);
        return answer;
      },
    });
  }

  /** Makes `commit` fail, savepoint or not: for an effect that must not stand, such as one the audit log did not take. */
  poison(error: unknown): void {
    this.#poison ??= { error };
  }

  /** Work that belongs to the transaction although its own handler may not wait for it: the commit does. */
  await(work: Promise<unknown>): void {
    work.catch(() => undefined);
    this.#beside.push(work);
  }

  /** Waits for queries under way, then commits. Throws, rolled back, when any failed; 503 when the outcome is unknown. */
  async commit(): Promise<void> {
    while (this.#beside.length > 0) await Promise.allSettled(this.#beside.splice(0));
    this.#closed = true;
    if (this.#tail === null && this.#poison === null) return;
    await this.#tail;
    const failed = this.#poison ?? this.#failure;
    if (failed !== null) {
      await this.#rollback();
      const { error } = failed;
      if (error instanceof Problem) throw error;
      throw new RuntimeError("transaction_failed", "A query had failed, so nothing was committed.", error);
    }
    this.#verdict?.resolve();
    try {
      await this.#done;
    } catch (error) {
      // A state of its own (a deferred constraint, say) is a refusal; anything else leaves the outcome unknown.
      throw isRefusal(error) ? error : databaseUnavailable(error);
    }
  }

  async rollback(): Promise<void> {
    this.#closed = true;
    await this.#tail;
    await this.#rollback();
  }

  async #rollback(): Promise<void> {
    this.#verdict?.reject(new RuntimeError("transaction_failed", "Rolled back."));
    // It rejects with the error above; a connection lost on the way rolls back as well.
    await this.#done?.catch(() => undefined);
  }

  #open(): Promise<Sql> {
    if (this.#opened !== null) return this.#opened;
    const opened = Promise.withResolvers<Sql>();
    const verdict = Promise.withResolvers<void>();
    this.#verdict = verdict;
    this.#opened = opened.promise;
    this.#done = this.#begin(opened, verdict);
    // Awaited by commit and rollback; a rejection in between must not end the process.
    this.#done.catch((error: unknown) => opened.reject(databaseUnavailable(error)));
    opened.promise.catch(() => undefined);
    return this.#opened;
  }

  async #begin(opened: PromiseWithResolvers<Sql>, verdict: PromiseWithResolvers<void>): Promise<void> {
    verdict.promise.catch(() => undefined);
    let entered = false;
    await this.#host.withTenant(this.#tenant, async (sql) => {
      entered = true;
      opened.resolve(sql);
      await verdict.promise;
    });
    if (!entered) throw new RuntimeError("transaction_failed", "withTenant returned without a transaction.");
  }

  /** One after the other: a connection must never be handed two queries at once. */
  async #query<Row>(text: string, values?: readonly unknown[]): Promise<{ rows: Row[]; rowCount: number | null }> {
    if (this.#closed) throw new RuntimeError("transaction_closed", "The transaction has ended.");
    // The gate's answer must say what really happened.
    if (endsTransaction(text)) throw new RuntimeError("transaction_failed", "The route gate ends the transaction.");
    const before = this.#tail;
    const mine = Promise.withResolvers<void>();
    this.#tail = mine.promise;
    await before;
    try {
      const sql = await this.#open();
      // sql-not-constant: passes on the constant statement of the module that calls
      const result = await (values === undefined ? sql.query<Row>(text) : sql.query<Row>(text, values));
      if (BACK_TO_SAVEPOINT.test(text)) this.#failure = null;
      return result;
    } catch (error) {
      const translated = translate(error);
      this.#failure ??= { error: translated };
      throw translated;
    } finally {
      mine.resolve();
    }
  }
}

function translate(error: unknown): unknown {
  return isUnavailable(error) ? databaseUnavailable(error) : error;
}

/** True when the database answered, and its answer was no. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof Error) || isUnavailable(error)) return false;
  if ("retryable" in error) return error.retryable === false;
  return "code" in error && /^[0-9A-Z]{5}$/.test(String(error.code));
}

function databaseUnavailable(cause: unknown): Problem {
  if (cause instanceof Problem) return cause;
  return new Problem("database_unavailable", { cause });
}
