import { unscopedQuery } from "../../rules/catalogue.ts";
import type { Judged, Report } from "../../rules/rule.ts";
import type { Operation } from "../../trace/operation.ts";
import type { Facts } from "../../values/facts.ts";
import { keyOf } from "../../values/key.ts";
import { clientOf, trustOf } from "../../values/trust.ts";
import type { Value } from "../../values/value.ts";
import { isConfinedElsewhere } from "./confined-elsewhere.ts";
import { describe } from "../wording/describe-value.ts";
import { isPublicByDesign } from "../openness/public-by-design.ts";
import { takesCallerForGranted } from "../openness/taken-for-granted.ts";

type Call = Extract<Operation, { kind: "call" }>;

const ON_ROWS =
  /^(?:list|find|get|fetch|retrieve|load|count|search|update|upsert|delete|remove|softDelete|restore|cancel|archive)(?:All|Many|One)?([A-Z]\w*?)(?:By\w+|Where\w*)?$/;

/**
 * `addresses.updateAddresses({ id: params.id }, body)` of a service that is not seen, where its other calls in the file
 * select by whose the rows are as well: `{ id, customer_id: req.auth.actor_id }`.
 */
export function selectedById(one: Call, judged: Judged, report: Report): boolean {
  const { entry, trace, project } = judged;
  const [, noun = ""] = ON_ROWS.exec(one.name) ?? [];
  const [selector] = one.args;
  if (noun === "" || selector?.k !== "struct" || selector.spreads.length > 0) return false;
  if (one.origin === "global" || one.place.file !== entry.file) return false;
  if (one.facts.has("role") || one.facts.has("global")) return false;
  if (!one.facts.has("auth") && !takesCallerForGranted(judged)) return false;
  const id = idOf(selector);
  if (id === null || trustOf(id, one.facts) !== null || one.args.some((arg) => holdsCaller(arg, one.facts)))
    return false;
  const file = project.file(entry.file);
  if (file === null || isPublicByDesign(entry, judged) || !isConfinedElsewhere(file, noun)) return false;
  // It was found for the caller before.
  const key = keyOf(id);
  const before = trace.operations.some(
    (other) =>
      other !== one &&
      other.kind === "call" &&
      other.place.node.end <= one.place.node.start &&
      other.args.some((arg) => keyOf(arg).includes(key)) &&
      other.args.some((arg) => holdsCaller(arg, other.facts)),
  );
  if (before) return false;
  report.violated(
    unscopedQuery,
    one.place,
    `Other calls here say whose the ${noun} are; ${one.name} is told ${describe(id)} alone.`,
    one,
  );
  return true;
}

/** What the rows are selected by, where that is an id of the client's and nothing that could say whose. */
function idOf(selector: Extract<Value, { k: "struct" }>): Value | null {
  let found: Value | null = null;
  for (const [name, value] of selector.props) {
    if (/^_?ids?$|^uuid$/.test(name) && clientOf(value) !== null) found = value;
    else if (value.k !== "literal") return null;
  }
  return found;
}

function holdsCaller(value: Value, facts: Facts, depth = 0): boolean {
  if (value.k === "struct" && depth < 4)
    return [...value.props.values(), ...value.spreads].some((one) => holdsCaller(one, facts, depth + 1));
  if (value.k === "client" || value.k === "literal") return false;
  if (value.k === "request" || value.k === "opaque" || value.k === "principal") return true;
  return trustOf(value, facts) !== null;
}
