import { nameOfRoot } from "../knowledge/call.ts";
import { isRoleName } from "../knowledge/names.ts";
import { comparisons } from "../values/query.ts";
import type { Value } from "../values/value.ts";
import { evidence } from "./learn.ts";
import type { Machine } from "./machine.ts";

/**
 * What was asked spoke of the caller's own role, among other things: `isAdmin || memberId === me.id` is no proof of
 * either, and still nobody has forgotten to ask.
 */
export function noteOwnRole(machine: Machine, asked: readonly Value[]): void {
  if (machine.state === null || machine.facts.get("role")?.sure === true || !asked.some((one) => asksOwnRole(one)))
    return;
  machine.learn("asked:role", evidence("the caller's role was asked, among other things", null, false));
}

function asksOwnRole(value: Value, depth = 0): boolean {
  if (depth > 6) return false;
  const inside = (one: Value): boolean => asksOwnRole(one, depth + 1);
  switch (value.k) {
    case "principal":
    case "rows":
      return isRoleName(value.path) && isCallers(value);
    case "derived":
      return value.args.some(inside);
    case "choice":
      return value.alternatives.some((one) => one.facts.get("role")?.sure === true || inside(one.value));
    case "chain": {
      // `mayAssign(me, body.role)`: what code that is not seen says of the caller and something else.
      const name = nameOfLast(value);
      return value.steps.some(
        (step) =>
          step.kind !== "member" &&
          (step.args.some(inside) || (step.args.length > 1 && !ELSE.test(name) && step.args.some(isCallers))),
      );
    }
    default:
      return false;
  }
}

function nameOfLast({ root, steps }: Extract<Value, { k: "chain" }>): string {
  const last = steps.findLast((step) => step.kind === "member");
  return last?.kind === "member" ? last.name : nameOfRoot(root);
}
/** Asked of the caller, and not what they may. */
const ELSE =
  /limit|rate|quota|find|get|load|fetch|exist|count|feature|flag|log|track|valid|password|token|compare|seat|send|create|update|delete|sessio|identify/i;

/** The caller, or a row found by them. */
function isCallers(value: Value): boolean {
  if (value.k === "choice") return value.alternatives.some((one) => isCallers(one.value));
  return (
    value.k === "principal" ||
    (value.k === "rows" &&
      comparisons(value.query.where).some(({ value: by }) => by.k === "principal") &&
      // One of their tenant whom the client names is another.
      !comparisons(value.query.where).some(({ field, value: by }) => ID.test(field) && by.k === "client"))
  );
}
const ID = /^(?:_?id|(?:member(?:ship)?|user)_?id)$/i;
