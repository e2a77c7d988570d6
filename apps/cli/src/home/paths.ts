import { join } from "node:path";

/** Everything below METERR_HOME, by name. */
export interface HomePaths {
  home: string;
  lock: string;
  /** Says that the folder is Meterr's, and which instance it belongs to. */
  marker: string;
  secrets: string;
  kek: string;
  databaseRoles: string;
  authSecret: string;
  setupToken: string;
  keystore: string;
  /** Signed ends of the audit logs, outside the database. */
  auditHeads: string;
  logs: string;
  /** Sockets and process ids: nothing here outlives a run. */
  run: string;
  /** The key service's own folder: who may enter it may connect. */
  keyServiceFolder: string;
  keyServiceSocket: string;
  childProcesses: string;
  database: string;
  /** The sandbox's own folder: nothing in it is real. */
  sandbox: string;
  sandboxLedger: string;
  operator: string;
  /** Compiled code, a folder for each process: lost without harm. */
  cache: string;
  /** What the operator said about backups. */
  backups: string;
}

export function homePaths(home: string): HomePaths {
  const secrets = join(home, "secrets");
  const run = join(home, "run");
  const keyServiceFolder = join(run, "key-service");
  return {
    home,
    lock: join(home, "meterr.lock"),
    marker: join(home, "meterr.json"),
    secrets,
    kek: join(secrets, "kek"),
    databaseRoles: join(secrets, "database-roles.json"),
    authSecret: join(secrets, "auth-secret"),
    setupToken: join(secrets, "setup-token"),
    keystore: join(home, "keystore"),
    auditHeads: join(home, "audit-heads"),
    logs: join(home, "logs"),
    run,
    keyServiceFolder,
    keyServiceSocket: join(keyServiceFolder, "key-service.sock"),
    childProcesses: join(run, "children.json"),
    database: join(home, "postgres"),
    sandbox: join(home, "sandbox"),
    sandboxLedger: join(home, "sandbox", "ledger.jsonl"),
    operator: join(home, "operator.json"),
    cache: join(home, "cache"),
    backups: join(home, "backups-arranged.json"),
  };
}
