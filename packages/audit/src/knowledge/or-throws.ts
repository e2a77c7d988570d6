import { givenIn } from "../values/given.ts";
import { clientsOf, trustOf } from "../values/trust.ts";
import type { UnseenCall } from "./call.ts";

/**
 * `Member.isInGuildOrFail(req.user_id, guildId)`, `assertProject(user.id, params.id)`: told who asks and for what, it
 * throws where the answer is no.
 */
export function orThrows({ machine, method, args }: UnseenCall): boolean {
  if (!OR_THROWS.test(method) && (!ASSERTS.test(method) || OF_AMOUNTS.test(method) || MAKES.test(method))) return false;
  const given = args.flatMap((arg) => givenIn(arg));
  return (
    given.some((arg) => arg.k === "request" || trustOf(arg, machine.facts) !== null) &&
    given.some((arg) => arg.k === "rows" || clientsOf(arg).length > 0)
  );
}
const OR_THROWS =
  /[a-z]_?Or_?(?:Fail|Throw|Abort|Reject|Deny|Error|Die|Forbid|Refuse|Forbidden|Unauthori[sz]ed|NotFound|40[134])$/;
const ASSERTS = /^(?:assert|require|enforce|ensure|must|guard)(?:_|[A-Z])/;
/** `ensureThumbnail(user.id, params.id)` sees to it that there is one. */
const MAKES =
  /thumb|preview|image|picture|icon|banner|cache|index|folder|director|bucket|file|connection|session|client|queue|table|column|default|initial|loaded|ready|fresh|sync|up_?to_?date/i;
const OF_AMOUNTS =
  /limit|quota|rate|credit|balance|budget|plan|valid|shape|schema|unique|exist|env|config|param|field/i;
