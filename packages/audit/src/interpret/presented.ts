import { clientOf } from "../values/trust.ts";
import type { Place, Value } from "../values/value.ts";
import { evidence } from "./learn.ts";
import { type State, withFacts } from "./state.ts";

const SHOWN = ["signature", "shared-secret", "capability"];

/** What takes as long to compare whatever is sent is a secret: also where code that is not seen has kept it. */
export function knowPresented(left: Value, right: Value, place: Place, state: State | null): State | null {
  if (state === null) return state;
  if (!(isKept(left) && clientOf(right) !== null) && !(isKept(right) && clientOf(left) !== null)) return state;
  const shown = evidence("a secret that is kept was presented", place, false);
  const known = SHOWN.some((name) => state.facts.has(name)) ? state.facts : state.facts.with("capability", shown);
  return withFacts(state, known.with("kept-secret", shown));
}

/** `(await storage.metadata(id)).owner`, as it is or as bytes. */
function isKept(value: Value): boolean {
  if (value.k === "derived") {
    const [inner] = /^(?:bytes|hash|string|trimmed)$/.test(value.op) ? value.args : [];
    return inner !== undefined && isKept(inner);
  }
  const last = value.k === "chain" ? value.steps.at(-1) : undefined;
  // Not what others know as well: whose address, which id.
  if (value.k !== "chain" || last?.kind !== "member" || /e_?mail|name|phone|address|slug|_?id$/i.test(last.name))
    return false;
  return (
    (value.root.k === "opaque" || (value.root.k === "foreign" && value.root.origin === "missing")) &&
    value.steps.some(({ kind }) => kind === "call")
  );
}
