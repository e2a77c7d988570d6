import type { Sql } from "@meterr/runtime";
import type { Users } from "./ports.ts";

/** Whether a user is a member of no organisation. */
export async function belongsNowhere(sql: Sql, userId: string): Promise<boolean> {
  const found = await sql.query("select from memberships_of($1)", [userId]);
  return found.rows.length === 0;
}

/**
 * Takes back a user made for something that then did not happen. Asks first, since a lost connection at the commit
 * leaves it open whether it happened. When nothing can be asked the user stays: without a membership they may do
 * nothing, and the same step may be repeated.
 */
export async function dropUnusedUser(
  deps: { readonly lookup: Sql; readonly users: Users },
  userId: string,
): Promise<void> {
  try {
    if (await belongsNowhere(deps.lookup, userId)) await deps.users.deleteUser(userId);
  } catch {
    // The failure that brought us here is the one to report.
  }
}
