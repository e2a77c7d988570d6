import type { DatabaseSettings } from "@meterr/database";
import { asOwner } from "../database/prepare-database.ts";
import type { RolePasswords } from "../home/role-passwords.ts";
import { ok, problem, skipped, type Finding } from "./finding.ts";

/** Milliseconds two clocks may differ: expiries and one-hour tokens are compared across them. */
const tolerated = 5_000;

interface Clocks {
  now: Date;
  newest: Date | null;
}

/** This machine's clock agrees with the database's, and has not been set back behind what was recorded. */
export async function checkClock(admin: DatabaseSettings, passwords: RolePasswords): Promise<Finding> {
  try {
    const before = Date.now();
    const { rows } = await asOwner(admin, passwords, (owner) =>
      owner.query<Clocks>("select clock_timestamp() as now, (select max(heartbeat_at) from gateways) as newest"),
    );
    const after = Date.now();
    const found = rows[0];
    if (found === undefined) return skipped("clock", "the database did not tell the time");
    // Both readings lie between the question and the answer.
    const theirs = found.now.getTime();
    const skew = theirs < before ? before - theirs : Math.max(0, theirs - after);
    if (skew > tolerated)
      return problem(
        "clock",
        `this machine's clock and the database's differ by ${(skew / 1_000).toFixed(1)} s`,
        "Let both machines keep time by NTP, for example: timedatectl set-ntp true",
      );
    if (found.newest !== null && found.newest.getTime() > theirs + tolerated)
      return problem(
        "clock",
        `the clock was set back: a gateway was heard at ${found.newest.toISOString()}, which is in the future`,
        "Set the clock right: expiries and revocations depend on it.",
      );
    return ok("clock", `agrees with the database's within ${Math.max(1, skew)} ms`);
  } catch {
    return skipped("clock", "the database was not asked");
  }
}
