import { ABSENT, type Value } from "../values/value.ts";
import type { Machine } from "./machine.ts";
import { choose } from "./state.ts";
import { Facts } from "../values/facts.ts";

/** `req.user` where nothing put it there: somebody only if code that is not seen did. */
export function orNobody(machine: Machine, member: Value): Value {
  if (member.k !== "principal" || member.origin !== null) return member;
  const { absent } = machine;
  if (absent === null || machine.facts.has("opaque:auth")) return member;
  if (absent !== "every" && !absent.has(member.path.slice(member.path.lastIndexOf(".") + 1))) return member;
  return choose([
    { value: member, facts: Facts.none },
    { value: ABSENT, facts: Facts.none },
  ]);
}
