import { noteOwnRole } from "../interpret/own-role.ts";
import { suppose } from "../interpret/suppose.ts";
import { opaque, UNDEFINED, type Value } from "../values/value.ts";
import { nameOfRoot, packageOf, type UnseenCall } from "./call.ts";

/** `invariant(row, "…")`, `httpAssert(isAdmin, 403)`, `throwIf(!row)`, `abortUnless(mine)`: on from here only where it holds. */
export function assertions(call: UnseenCall): Value | undefined {
  const { machine, args, root, isNew } = call;
  const [first, second] = args;
  if (isNew || machine.state === null || machine.atTop || root.k === "request" || root.k === "response-writer")
    return undefined;
  if (leaves(call)) {
    machine.state = null;
    return opaque("thrown");
  }
  if (first === undefined || !mayBeCondition(first)) return undefined;
  const says = saysOf(call);
  if (says === null) return undefined;
  const asked: Value =
    says === "equal" || says === "unequal"
      ? { k: "derived", op: "===", args: second === undefined ? [first] : [first, second], place: call.place }
      : first;
  machine.state = suppose(asked, says === "holds" || says === "equal", machine.state);
  if (machine.state === null) return opaque("thrown");
  noteOwnRole(machine, [asked]);
  return says === "holds" ? first : UNDEFINED;
}

/** SvelteKit's `error(403)`, `throwForbidden()`, `abort(404)`: nothing after it is reached. */
function leaves({ receiver, root, method, args }: UnseenCall): boolean {
  if (receiver !== null || root.k !== "foreign") return false;
  if (packageOf(root) === "@sveltejs/kit") return root.name === "error" || root.name === "redirect";
  if (root.origin === "global" || args.some(({ k }) => k === "closure")) return false;
  return LEAVES.test(method);
}
const LEAVES =
  /^(?:(?:throw|raise)(?:_?(?:http|api|app))?_?(?:error|exception|problem|not_?found|forbidden|unauthori[sz]ed|denied|bad_?request|conflict|invalid|4\d\d)(?:error|exception)?|abort|panic|bail)$/i;

type Says = "holds" | "fails" | "equal" | "unequal";

function saysOf({ receiver, root, method, names }: UnseenCall): Says | null {
  if (receiver === null) return packageOf(root) === "tiny-invariant" ? "holds" : byName(method);
  // `assert.ok(row)`, `assert.strictEqual(row.ownerId, user.id)`, Fastify's `app.assert(row, 404)`.
  const owner = names.at(-2) ?? nameOfRoot(root);
  if (/^(?:node:)?assert$|^(?:http)?_?assert(?:ions?)?$/i.test(owner)) {
    if (/^(?:ok|true|isTrue|exists|isDefined|defined|notNull|isNotNull|truthy)$/.test(method)) return "holds";
    if (/^(?:equals?|strictEquals?|deepEquals?|deepStrictEquals?)$/i.test(method)) return "equal";
    return /^not(?:strict|deep)?equals?$/i.test(method) ? "unequal" : null;
  }
  return method === "assert" && /^(?:app|fastify|server|ctx|http|response|res|c)$/i.test(owner) ? "holds" : null;
}

function byName(name: string): Says | null {
  if (FAILS.test(name)) return "fails";
  return HOLDS.test(name) ? "holds" : null;
}
const FAILS = /^(?:throw|abort|deny|fail|reject|bail|refuse|forbid)_?(?:Error_?)?(?:If|When)$/i;
const HOLDS =
  /^(?:(?:throw|abort|deny|fail|reject|bail|refuse|forbid)_?(?:Unless|If_?Not|If_?(?:Missing|Null|Nil|Nullish|Empty|Undefined|Absent))|(?:http|tiny|api|app)?_?(?:assert|invariant)|(?:invariant|precondition|assert|ensure|require|expect|must)_?(?:Response|That|True|Truthy|Ok|Defined|Exists?|Found|Present|NotNull|NotNil|NotNullish|NotEmpty|NonNull|Value|Condition|Http|Or_?(?:Throw|404|403|401|NotFound|Forbidden|Fail))|precondition|ensure|or(?:Throw|404|NotFound|Fail)|(?:found|exists|defined|present|nonNull|notNull)OrThrow|unwrap(?:OrThrow)?|check(?:Not)?(?:Null|Argument|State|Condition)|must)$/i;

/** What is asked, and not who or what a check is told of. */
function mayBeCondition({ k }: Value): boolean {
  return k !== "request" && k !== "literal" && k !== "struct" && k !== "closure" && k !== "list";
}
