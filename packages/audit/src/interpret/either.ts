import { isOfTenant } from "../knowledge/staff.ts";
import type { Evidence } from "../values/facts.ts";
import { join, type State, withFacts } from "./state.ts";

/**
 * `row.ownerId === me.id || me.role === "admin"`: where the paths meet it is the caller's own, or a role of theirs lets
 * them. Neither is shown, and both were asked. A role that is had in a tenant reaches no further than that.
 */
export function joinEither(one: State | null, other: State | null): State | null {
  const both = join(one, other);
  if (one === null || other === null || both === null || one.facts.has("role") === other.facts.has("role")) return both;
  const [ruled, owned] = one.facts.has("role") ? [one, other] : [other, one];
  const role = ruled.facts.get("role");
  if (role === undefined || !isOwnRole(role)) return both;
  const names: string[] = [];
  for (const [name] of owned.facts.beyond(both.facts).entries())
    if (name.startsWith("row:") || name.startsWith("ok:")) names.push(name);
  if (names.length === 0) return both;
  return withFacts(both, both.facts.withAll([...names, "either"], { sure: false, place: role.place, why: EITHER }));
}

/** Why a row is taken for the caller's that a role lets them have as well. */
export const EITHER = "it is the caller's own, or their role lets them";

/** A role of the person, not one they have in something: `user.role`, `session.user.isAdmin`, `isAdmin(user)`. */
function isOwnRole({ why }: Evidence): boolean {
  // `req.user.hasPermission(…)`
  if (why === OF_THE_CALLER) return true;
  const [, name] = /^(\w+)(?:\(.*\))? is taken for a check by its name$/.exec(why) ?? [];
  if (name !== undefined) return /^(?:is|has)[A-Z_]/.test(name) && !isOfTenant(name);
  const [, path] = / (?:was|were) asked of (\S+)$/.exec(why) ?? /^(\S+) was asked$/.exec(why) ?? [];
  // What somebody pays for lets them at nobody else's.
  return path !== undefined && OF_PERSON.test(path) && !isOfTenant(path) && !/(?:plan|tier)$/i.test(path);
}
/** Why a role is there that a method of the caller's answered for. */
export const OF_THE_CALLER = "a right of the caller was asked";
const OF_PERSON =
  /^(?:session|users?|auth|me|viewer|ctx|req|request|actor|caller|profiles?|admin|staff|current_?user|principal|token|claims|jwt|payload|roles?|permissions?|is_?\w+|super\w*)(?:\.|$)/i;
