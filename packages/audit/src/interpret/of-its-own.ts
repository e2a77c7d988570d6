import type { Node } from "oxc-parser";
import { packageOf } from "../knowledge/call.ts";
import { isDriverCode, isOfLibrary, shownOf, type Shown } from "../knowledge/error-classes.ts";
import type { Facts } from "../values/facts.ts";
import { keyOf } from "../values/key.ts";
import type { Value } from "../values/value.ts";
import { lastName } from "./last-name.ts";
import { evidence } from "./learn.ts";
import { type State, withFacts } from "./state.ts";

type Caught = Extract<Value, { k: "caught" }>;

/** What says of an error that clients may read it: `error.expose`, `error.isBoom`, what a schema found (Fastify). */
const SAYS =
  /^(?:expose[ds]?|(?:is_?)?(?:operational|public|safe|exposed|friendly|boom|known|expected|handled|custom)|(?:is_?)?(?:user|client|app|application|api|http|domain|business|validation)_?(?:error|facing|exception|visible|safe)|public_?message|user_?message|validation|output)$/i;
/** `error.expose`: it says of itself that clients may read it. */
export function knownAs(value: Value, truth: boolean, state: State): State {
  return truth && value.k === "caught" && SAYS.test(value.path)
    ? withFacts(state, ofItsOwn(value, state.facts))
    : state;
}

export function ofItsOwn(value: Caught, facts: Facts, sure = true): Facts {
  return facts.with(`typed:${keyOf({ ...value, path: "" })}`, evidence("what kind it is was tested", null, sure));
}

/** `error.status < 500`: what was thrown with a status of its own was meant for the client. */
export function statusOf(value: Value): Caught | null {
  if (value.k === "caught") return /^(?:status|statusCode)$/.test(value.path) ? value : null;
  if (value.k === "choice")
    return value.alternatives.map((one) => statusOf(one.value)).find((found) => found !== null) ?? null;
  return null;
}

/**
 * `error instanceof HttpError`. A class of the application's own says what it was made to say, and one that is not seen
 * may; a driver's tells of tables and addresses, and `Error` may be anybody's.
 */
export function ofClass(thrown: Caught, made: Value | undefined, facts: Facts): Facts {
  const shown = shownBy(made);
  return shown === null ? facts : ofItsOwn(thrown, facts, shown === "sure");
}

function shownBy(made: Value | undefined): Shown {
  switch (made?.k) {
    case "class": {
      const name = made.node.id?.name ?? "";
      // `class QueryError extends DatabaseError`: what it says is the driver's.
      const above = superOf(made.node.superClass);
      return isOfLibrary(name) || (above !== "Error" && isOfLibrary(above)) ? null : "sure";
    }
    case "closure": // `function HttpError(status, message) { Error.call(this); … }`
      return made.name === "" || isOfLibrary(made.name) ? null : "sure";
    case "foreign":
      return shownOf(packageOf(made), made.name);
    case "chain":
      return shownOf(packageOf(made.root), lastName(made));
    default:
      return null;
  }
}

function superOf(node: Node | null): string {
  if (node?.type === "Identifier") return node.name;
  return node?.type === "MemberExpression" && node.property.type === "Identifier" ? node.property.name : "";
}

/** `error.name === "HttpError"`, `error.constructor === HttpError`. */
export function ofName(thrown: Caught, wanted: Value, facts: Facts): Facts {
  if (thrown.path === "constructor") return ofClass(thrown, wanted, facts);
  if (!/^(?:name|_tag|constructor\.name)$/.test(thrown.path) || wanted.k !== "literal") return facts;
  return shownOf("", String(wanted.value)) === null ? facts : ofItsOwn(thrown, facts, false);
}

/** `PUBLIC_MESSAGES.has(error.message)`: those that may be read are listed; of codes only those that are no driver's. */
export function ofListed(thrown: Caught, listed: Value, facts: Facts): Facts {
  if (/^(?:message|)$/.test(thrown.path)) return ofItsOwn(thrown, facts);
  const names = listed.k === "list" ? listed.items : [];
  const drivers = names.some(
    (one) => one.k === "literal" && (isDriverCode(String(one.value)) || isOfLibrary(String(one.value))),
  );
  return drivers ? facts : ofItsOwn(thrown, facts, false);
}
