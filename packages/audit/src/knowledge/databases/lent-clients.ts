import type { Closure, Value } from "../../values/value.ts";
import type { UnseenCall } from "../call.ts";
import { wordsOf } from "../names.ts";

/** Opens a transaction, takes a connection: `withTransaction`, `inTx`, `usePgClient`, `unitOfWork`, `atomically`. */
const LENDS =
  /^(?:transaction|transactional|transactions|trx|tx|txn|atomic|atomically|connection|conn|client|db|database|pg|postgres|pool|sql|knex|prisma|mysql|work)$/;
/** Says for whom what runs in it runs: the statements may be confined by it. */
const CONFINED =
  /^(?:org|organi[sz]ation|tenant|tenants|workspace|team|account|company|user|member|rls|auth|authed|authenticated|scope|scoped|session|project|shop|store|site|customer|actor|viewer|caller|role|policy|secure|secured|safe|isolated|request|req|http|api|handler|route)$/;
/** What everybody calls the client that a transaction runs on. */
const CLIENT =
  /^(?:\w*(?:[cC]lient|[cC]onn(?:ection)?|[tT]rx|[tT]xn?|[dD]b|[tT]ransaction|[mM]anager)|t|em|sql|pg|database|prisma|knex|q|query_?runner)$/;

/**
 * `withTransaction(async (client) => …)`: a helper that is not seen opens a transaction, and hands the client to what
 * runs in it. Null where by its name it does more: confine the statements, or handle a request.
 */
export function lentClient({ method, root, receiver, args }: UnseenCall, { node }: Closure): Value | null {
  const [first] = node.params;
  if (first?.type !== "Identifier" || !CLIENT.test(first.name)) return null;
  const words = wordsOf(method);
  if (!words.some((word) => LENDS.test(word)) || words.some((word) => CONFINED.test(word))) return null;
  // `withTransaction(req, async (client) => …)` may say to the database who is calling.
  if (args.some((arg) => arg.k !== "closure" && arg.k !== "literal" && !isClientItself(arg))) return null;
  if (receiver !== null && (receiver.k === "foreign" || receiver.k === "chain")) return receiver;
  return root.k === "foreign" && root.origin !== "global"
    ? { k: "foreign", from: root.from, name: first.name, origin: root.origin }
    : null;
}

/** `inTransaction(pool, async (tx) => …)`, and options that are written down: `{ isolationLevel: "serializable" }`. */
function isClientItself(arg: Value): boolean {
  if (arg.k === "struct") return arg.spreads.length === 0 && [...arg.props.values()].every(({ k }) => k === "literal");
  return arg.k === "foreign" || (arg.k === "chain" && arg.root.k === "foreign");
}
