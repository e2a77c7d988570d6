import { givenIn } from "../values/given.ts";
import { clientsOf, trustOf } from "../values/trust.ts";
import type { UnseenCall } from "./call.ts";

/**
 * `Member.isInGuildOrFail(req.user_id, guildId)`, `assertProject(user.id, params.id)`: told who asks and for what, it
 * throws where the answer is no.
 */
export function orThrows({ machine, method, args }: UnseenCall): boolean {
  if (!OR_THROWS.test(method) && (!ASSERTS.test(method) || OF_AMOUNTS.test(method))) return false;
  const given = args.flatMap((arg) => givenIn(arg));
  return (
    given.some((arg) => arg.k === "request" || trustOf(arg, machine.facts) !== null) &&
    given.some((arg) => arg.k === "rows" || clientsOf(arg).length > 0)
  );
}
const OR_THROWS =
  /[a-z]_?Or_?(?:Fail|Throw|Abort|Reject|Deny|Error|Die|Forbid|Refuse|Forbidden|Unauthori[sz]ed|NotFound|40[134])$/;
const ASSERTS = /^(?:assert|require|enforce|ensure|must|guard)(?:_|[A-Z])/;
const OF_AMOUNTS =
  /limit|quota|rate|credit|balance|budget|plan|valid|shape|schema|unique|exist|env|config|param|field/i;
