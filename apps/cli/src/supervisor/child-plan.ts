import type { Account } from "../separation/accounts.ts";

/** Where a child says that it is ready. */
export interface HealthTarget {
  host: string;
  port: number;
  /** Certificate file the child serves TLS with; null for plain HTTP. */
  certFile: string | null;
}

/** All that is needed to start one server process and to know that it is well. */
export interface ChildPlan {
  name: string;
  /** The executable and its arguments, e.g. Node and the app's main file. */
  command: string;
  args: readonly string[];
  cwd: string;
  env: Readonly<Record<string, string>>;
  /** Handed over as one JSON document on descriptor 3: it may hold credentials, so it is in neither argv nor env. */
  settings: unknown;
  health: HealthTarget;
  /** Undefined: the supervisor's own. */
  account: Account | undefined;
  logFile: string;
  /** Milliseconds from launch to the first 200 of /healthz. */
  startWithin: number;
  /** Milliseconds from SIGTERM to SIGKILL. */
  drainWithin: number;
}

/** Exit code by which a child refuses its settings (EX_CONFIG of sysexits.h): starting it again would not help. */
export const configurationRefused = 78;
