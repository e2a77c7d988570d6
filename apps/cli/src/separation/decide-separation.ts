import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { CliError } from "../errors.ts";
import { accountsFrom, separated, type Accounts } from "./accounts.ts";
import { firstUnreadable } from "./first-unreadable.ts";
import { missingPower } from "./missing-power.ts";

/**
 * Whether each process runs as a user of its own.
 * - `distinct`: root started it and every process has its account;
 * - `shared`: all run as the user that started it. `mend` is null when that is as it should be (an ordinary user).
 */
export type Separation =
  | { kind: "distinct"; accounts: Accounts }
  | { kind: "shared"; accounts: null; why: string; mend: string | null };

export interface SeparationSurroundings {
  platform: NodeJS.Platform;
  uid: number | undefined;
  uidBase: number;
  /** The source tree, and the Node that runs the processes. */
  root: string;
  node: string;
  home: string;
  /** The text of a system file; "" when there is none. */
  read?: (path: string) => string;
}

/**
 * Decides it before anything is started.
 * @throws CliError `settings_invalid` when the numbers belong to somebody else on this machine.
 */
export function decideSeparation(around: SeparationSurroundings): Separation {
  const { platform, uid, uidBase, root, node, home, read = readText } = around;
  const shared = (why: string, mend: string | null): Separation => ({ kind: "shared", accounts: null, why, mend });
  if (uid !== 0) return shared("started by an ordinary user, who can read every file of every process", null);
  if (platform !== "linux")
    return shared(`not available on ${platform}`, "Run Meterr on Linux, or as a user of its own.");
  const accounts = accountsFrom(uidBase);
  assertFree(accounts, read);
  const missing = missingPower(accounts, read);
  if (missing !== null) return shared(missing, "Give the container that power, or run Meterr as an ordinary user.");

  // What every process must be able to read, and the folders on the way to its data.
  const needed = [
    node,
    join(root, "package.json"),
    join(root, "node_modules/.package-lock.json"),
    ...separated.map((name) => join(root, "apps", name, "src/main.ts")),
  ];
  for (const path of needed) {
    const blocked = firstUnreadable(path, accounts.gateway);
    if (blocked !== null)
      return shared(
        `the processes' own users cannot read ${blocked}`,
        "Install Meterr where every user may read it, for example below /opt, with: chmod -R a+rX",
      );
  }
  const blocked = firstUnreadable(dirname(home), accounts.gateway);
  if (blocked === null) return { kind: "distinct", accounts };
  return shared(
    `the processes' own users cannot enter ${blocked}, on the way to the data folder`,
    `Set METERR_HOME to a folder every user may pass through, for example /var/lib/meterr, or run: chmod a+x ${blocked}`,
  );
}

/** Somebody else's account must not end up owning the keystore. */
function assertFree(accounts: Accounts, read: (path: string) => string): void {
  for (const [file, kind] of [
    ["/etc/passwd", "user"],
    ["/etc/group", "group"],
  ] as const) {
    for (const line of read(file).split("\n")) {
      const [name = "", , number = ""] = line.split(":");
      const taken = separated.find((process) => number !== "" && Number(number) === accounts[process].uid);
      if (taken === undefined || name.startsWith("meterr")) continue;
      throw new CliError(
        "settings_invalid",
        `The number ${number}, under which the ${taken} is to run, is the ${kind} ${name} of this machine.`,
        { next: "Set METERR_UID_BASE to the first of four numbers nobody has, or name those accounts meterr-…" },
      );
    }
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
