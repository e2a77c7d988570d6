import { massAssignment } from "../../rules/catalogue.ts";
import type { Judged, Report } from "../../rules/rule.ts";
import type { Facts } from "../../values/facts.ts";
import { keyOf } from "../../values/key.ts";
import type { Value } from "../../values/value.ts";

type ClientValue = Extract<Value, { k: "client" }>;

const SETS =
  /^(?:update|patch|edit|set|modify|change|write|save)\w*(?:Attributes?|Fields?|Propert(?:y|ies)|Columns?|Settings?|Preferences?)$/;
const NAMES = /(?:^|\.)(?:key|field|attribute|column|prop(?:erty)?)(?:_?name)?$/i;
/** What somebody sets of their own by whatever name: nothing of theirs is decided by it. */
const LOOSE = /preference|setting|metadata|custom/i;

/** `updateAttribute(user, user.id, patches)`, `setUserField(user.id, body.field, body.value)`: which of one's own columns, the client says. */
export function namedAttributes({ trace }: Judged, report: Report): void {
  for (const one of trace.operations) {
    if (one.kind !== "call" || one.origin !== "missing" || !SETS.test(one.name) || LOOSE.test(one.name)) continue;
    if (!one.args.some((arg) => arg.k === "principal")) continue;
    const named = one.args.map((arg) => nameIn(arg, one.facts)).find((found) => found !== null);
    if (named === undefined || named === null) continue;
    report.violated(
      massAssignment,
      one.place,
      "Every column the client names is written, those it must not set among them.",
      one,
    );
    return;
  }
}

/** The client's word for a column that was compared with no list of those that may be set. */
function nameIn(value: Value, facts: Facts, depth = 0): ClientValue | null {
  if (depth > 5) return null;
  const first = (values: readonly Value[]): ClientValue | null => {
    for (const one of values) {
      const found = nameIn(one, facts, depth + 1);
      if (found !== null) return found;
    }
    return null;
  };
  switch (value.k) {
    case "client": {
      if (value.part === "params" || value.closed === true) return null;
      // `inputs` as they came, each with a key and a value.
      const key = value.path.endsWith("[]") ? { ...value, path: `${value.path}.key` } : value;
      return NAMES.test(key.path) && !isCompared(key, facts) ? key : null;
    }
    case "list":
      return first(value.items);
    case "struct":
      return first([...value.props].flatMap(([name, one]) => (NAMES.test(name) ? [one] : [])).concat(value.spreads));
    case "choice":
      return first(value.alternatives.map((one) => one.value));
    case "pending":
      return nameIn(value.value, facts, depth + 1);
    case "derived":
      return /^(?:string|trimmed)$/.test(value.op) ? first(value.args) : null;
    default:
      return null;
  }
}

function isCompared(value: ClientValue, facts: Facts): boolean {
  return facts.has(`valid:${keyOf(value)}`) || facts.has(`ok:${keyOf(value)}`);
}
