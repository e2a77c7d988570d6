import { TenantRlsError } from "./errors.ts";

/**
 * What the database answers. A driver's failure becomes `database_unavailable`, or `timed_out` when the server ended
 * the statement (SQLSTATE 57014) or a lock was not to be had (55P03), with the driver's error as its cause.
 */
export async function asked<T>(question: () => Promise<T>): Promise<T> {
  try {
    return await question();
  } catch (cause) {
    if (!(cause instanceof Error) || cause.name === "RuntimeError" || cause instanceof TenantRlsError) throw cause;
    const state = sqlState(cause);
    if (state === "57014" || state === "55P03") {
      throw new TenantRlsError("timed_out", "The database did not answer in time; nothing was changed.", { cause });
    }
    // A refusal has a SQLSTATE and is the caller's to read; without one, nobody was there to refuse.
    if (state !== null && !/^(08|53|57P)/.test(state)) throw cause;
    throw new TenantRlsError("database_unavailable", "The database cannot be asked; nothing was changed.", { cause });
  }
}

/** The SQLSTATE of a driver's error; null when it has none. */
export function sqlState(error: unknown): string | null {
  const code: unknown = error instanceof Error && "code" in error ? error.code : null;
  return typeof code === "string" && /^[0-9A-Z]{5}$/.test(code) && !/^E[A-Z]{4}$/.test(code) ? code : null;
}
