/** Roles a process logs in as; each password is handed to that process alone. */
export const loginRoles = [
  "meterr_owner",
  "meterr_dashboard",
  "meterr_gateway",
  "meterr_worker",
  "meterr_identity",
] as const;

export type LoginRole = (typeof loginRoles)[number];

/** Cannot log in: owns the narrow functions that read across organisations before a tenant is known. */
export const lookupRole = "meterr_lookup";

export type RolePasswords = Readonly<Record<LoginRole, string>>;

/** Settings each role gets at log-in; times in milliseconds. A stuck transaction must never hold a budget's row for long. */
export const roleSettings: Readonly<Record<LoginRole, Readonly<Record<string, string>>>> = {
  meterr_owner: settings("meterr, pg_temp", 600_000, 60_000, 30_000),
  meterr_dashboard: settings("meterr, pg_temp", 10_000, 15_000, 5_000),
  meterr_gateway: settings("meterr, pg_temp", 5_000, 10_000, 4_000),
  meterr_worker: settings("meterr, pg_temp", 60_000, 60_000, 10_000),
  meterr_identity: settings("auth, pg_temp", 10_000, 15_000, 5_000),
};

function settings(path: string, statement: number, idle: number, lock: number): Record<string, string> {
  return {
    search_path: path,
    statement_timeout: String(statement),
    idle_in_transaction_session_timeout: String(idle),
    lock_timeout: String(lock),
  };
}
