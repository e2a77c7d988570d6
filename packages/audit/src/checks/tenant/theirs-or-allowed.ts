import { isRoleName } from "../../knowledge/names.ts";
import type { Facts } from "../../values/facts.ts";
import type { Query } from "../../values/query.ts";
import { scopeOf } from "../../values/trust.ts";

/** `if (!permissions.includes("post:update") && post.authorId !== me) deny()`: theirs, unless a role says that they may. */
export function isTheirsOrAllowed({ where }: Query, facts: Facts): boolean {
  if (!facts.mayImply || !facts.has("role")) return false;
  for (const [name, { implies }] of facts.entries()) {
    if (implies === undefined || !name.startsWith("if:") || scopeOf(where, facts.including(implies)) === null) continue;
    if (name.split(/[^\w]+/).some((word) => isRoleName(word))) return true;
  }
  return false;
}
