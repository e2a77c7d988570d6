import { LedgerError } from "../errors.ts";

/** The part of `pg.Pool` the ledger uses. */
export interface LedgerPool {
  connect(): Promise<LedgerConnection>;
}

export interface LedgerConnection {
  query<Row>(
    statement: { name: string; text: string },
    values: unknown[],
  ): Promise<{ rows: Row[]; rowCount: number | null }>;
  on(event: "error", listener: () => void): unknown;
  off(event: "error", listener: () => void): unknown;
  release(destroy?: boolean): void;
}

/**
 * One statement on a connection of its own, committed when it answers.
 * `refused` names the error for a statement the server refuses as it is.
 * @throws LedgerError ledger_unavailable; `uncertain` when the statement had been sent and its answer never came
 */
export async function once<Row>(
  pool: LedgerPool,
  statement: { name: string; text: string },
  values: unknown[],
  refused: "admission_invalid" | "settlement_invalid",
): Promise<Row[]> {
  let connection: LedgerConnection;
  try {
    connection = await pool.connect();
  } catch (cause) {
    throw unavailable(false, cause);
  }
  // A connection that is lost while it is ours must not end the process; the statement's own failure tells.
  const ignore = (): void => undefined;
  connection.on("error", ignore);
  let failure: LedgerError | undefined;
  try {
    // sql-not-constant: statement is one of statements.ts
    return (await connection.query<Row>(statement, values)).rows;
  } catch (cause) {
    failure = translate(cause, refused);
    throw failure;
  } finally {
    connection.off("error", ignore);
    connection.release(failure?.uncertain === true);
  }
}

/** A refusal with an SQLSTATE rolled the statement back; without one, or while the server goes down, nobody knows. */
function translate(cause: unknown, refused: "admission_invalid" | "settlement_invalid"): LedgerError {
  const state = (cause as { code?: unknown }).code;
  if (typeof state !== "string" || !/^[0-9A-Z]{5}$/.test(state) || /^(08|57P0)/.test(state)) {
    return unavailable(true, cause);
  }
  // Resources, timeouts, deadlocks, serialisation: the same statement may pass later.
  if (/^(53|40|55P03|57014|25006|58)/.test(state)) return unavailable(false, cause);
  return new LedgerError(refused, `The database refused it (SQLSTATE ${state}).`);
}

function unavailable(uncertain: boolean, cause: unknown): LedgerError {
  const code = (cause as { code?: unknown }).code;
  const why = typeof code === "string" ? ` (${code})` : "";
  return new LedgerError("ledger_unavailable", `The ledger's database cannot be asked${why}.`, { uncertain });
}
