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
/** Libraries whose errors tell of tables, addresses and drivers. */
const OF_LIBRARIES =
  /Prisma|Postgres|Database|Axios|Sql|Sequelize|Mongo|Knex|TypeORM|QueryFailed|^(?:Fetch|System|Type|Reference|Range|Syntax|Eval|Aggregate)?Error$/i;

/** `error.expose`: it says of itself that clients may read it. */
export function knownAs(value: Value, truth: boolean, state: State): State {
  return truth && value.k === "caught" && SAYS.test(value.path)
    ? withFacts(state, ofItsOwn(value, state.facts))
    : state;
}

export function ofItsOwn(value: Caught, facts: Facts): Facts {
  return facts.with(`typed:${keyOf({ ...value, path: "" })}`, evidence("what kind it is was tested", null));
}

/** `error.status < 500`: what was thrown with a status of its own was meant for the client. */
export function statusOf(value: Value): Caught | null {
  if (value.k === "caught") return /^(?:status|statusCode)$/.test(value.path) ? value : null;
  if (value.k === "choice")
    return value.alternatives.map((one) => statusOf(one.value)).find((found) => found !== null) ?? null;
  return null;
}

/** `error instanceof HttpError`. An error of the application's own says what it was made to say; `Error` may be anybody's. */
export function ofClass(thrown: Caught, made: Value | undefined, facts: Facts): Facts {
  const name =
    made?.k === "foreign"
      ? made.name
      : made?.k === "class"
        ? (made.node.id?.name ?? "")
        : made?.k === "closure" // `function HttpError(status, message) { Error.call(this); … }`
          ? made.name
          : made?.k === "chain"
            ? lastName(made)
            : "";
  return isOwn(name) ? ofItsOwn(thrown, facts) : facts;
}

/** `error.name === "HttpError"`, `error.constructor === HttpError`. */
export function ofName(thrown: Caught, wanted: Value, facts: Facts): Facts {
  if (thrown.path === "constructor") return ofClass(thrown, wanted, facts);
  if (!/^(?:name|_tag|constructor\.name)$/.test(thrown.path) || wanted.k !== "literal") return facts;
  return isOwn(String(wanted.value)) ? ofItsOwn(thrown, facts) : facts;
}

function isOwn(name: string): boolean {
  return name !== "" && !OF_LIBRARIES.test(name);
}
