import { clientIdentity } from "../../rules/catalogue.ts";
import type { Judged, Report } from "../../rules/rule.ts";
import type { Operation } from "../../trace/operation.ts";
import { keyOf } from "../../values/key.ts";
import { isCaller } from "../auth/visitors.ts";
import { clientsOf, trustOf } from "../../values/trust.ts";
import type { Place, Value } from "../../values/value.ts";

/** How services of rooms, chats and calls are told in whose name somebody comes. */
const NAMES_WHO =
  /^(?:identify_?User|prepare_?Session|create_?(?:User_?)?Token|create_?Custom_?Token|generate_?(?:User_?)?Token|create_?Token_?Request|authenticate_?User|authori[sz]e_?(?:Channel|User)|issue_?(?:User_?)?Token|mint_?(?:User_?)?Token|sign_?(?:Realtime_?|Chat_?)?Token)$/i;
const PERSON =
  /(?:^|\.)(?:(?:user|account|member|person|client|customer|participant)_?id|uid|identity|user_?name|email)$/i;

type ClientValue = Extract<Value, { k: "client" }>;

/**
 * `identifyUser({ userId: body.userId ?? session.user.id })`: somebody is known, and a token is made for whomever they name.
 */
export function tokenForNamed({ trace, entry }: Judged, report: Report): void {
  if (entry.kind === "function" || entry.kind === "job") return;
  for (const one of trace.operations) {
    if (one.kind !== "call" || one.origin === "global" || !NAMES_WHO.test(one.name) || !isAsked(one)) continue;
    const said = one.args.map((arg) => namedIn(arg, one)).find((found) => found !== null) ?? null;
    if (said === null) continue;
    report.violated(
      clientIdentity,
      fallsBack(said, trace.operations) ?? one.place,
      `${said.path} of the client says in whose name the token is made, instead of the verified caller.`,
      one,
    );
    return;
  }
}

/** Who is calling is known here, and not that they may act for others, or that they have just shown who they are. */
function isAsked({ facts }: Operation): boolean {
  return (
    facts.has("auth") &&
    !["role", "global", "asked:role", "signature", "shared-secret", "capability"].some((name) => facts.has(name))
  );
}

function namedIn(arg: Value, { facts }: Operation): ClientValue | null {
  return (
    clientsOf(arg).find(
      (one) =>
        (one.part === "body" || one.part === "query" || one.part === "params" || one.part === "arguments") &&
        PERSON.test(one.path) &&
        trustOf(one, facts) === null,
    ) ?? null
  );
}

function fallsBack(said: ClientValue, operations: readonly Operation[]): Place | null {
  const key = keyOf(said);
  const found = operations.find(
    (one) => one.kind === "fallback" && isCaller(one.right) && clientsOf(one.left).some((each) => keyOf(each) === key),
  );
  return found?.place ?? null;
}
