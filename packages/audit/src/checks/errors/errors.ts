import { leakedError } from "../../rules/catalogue.ts";
import { packageOf } from "../../knowledge/call.ts";
import type { Check, Report } from "../../rules/rule.ts";
import type { Operation } from "../../trace/operation.ts";
import type { Facts } from "../../values/facts.ts";
import { keyOf } from "../../values/key.ts";
import type { Value } from "../../values/value.ts";

/** Is what an exception says kept from the client? */
export const errors: Check = {
  requirement: "errors",
  run({ entry, trace }, report) {
    if (entry.kind === "job" || entry.kind === "function") return;
    for (const one of trace.operations) {
      const body =
        one.kind === "respond"
          ? one.body
          : one.kind === "return" && (entry.kind === "action" || entry.kind === "error-handler")
            ? one.value
            : null;
      if (one.kind === "call") thrown(one, report);
      if (body === null) continue;
      const doubts: string[] = [];
      const found =
        caughtIn(body, one.facts, doubts) ??
        (isFailure(one.kind === "respond" ? one.status : null) ? upstreamIn(body) : null);
      const [doubt] = doubts;
      if (found === null && doubt === undefined) report.proved();
      else if (found === null) report.unknown(doubt ?? "");
      else
        report.violated(
          leakedError,
          one.place,
          `${found} of an exception is sent to the client: it may name tables, files, addresses or values.`,
          one,
        );
    }
  },
};

/** Exceptions that frameworks turn into the answer, with what they say. */
const ANSWERED =
  /^(?:TRPCError|ORPCError|HTTPException|HttpException|HttpError|HTTPError|ApiError|APIError|ActionError|GraphQLError|ConvexError|(?:InternalServerError|BadGateway|ServiceUnavailable|GatewayTimeout|NotImplemented|HttpVersionNotSupported|Rpc|Ws)Exception|createError)$/;
/** What names a fault of the client's own: what is said of it may be meant for them. */
const CLIENT_FAULT =
  /^(?:BAD_REQUEST|NOT_FOUND|UNAUTHORIZED|FORBIDDEN|CONFLICT|PARSE_ERROR|UNPROCESSABLE_\w+|PRECONDITION_\w+|PAYLOAD_TOO_LARGE|TOO_MANY_REQUESTS|BAD_USER_INPUT)$/;

/** `throw new TRPCError({ code, message: error.message })`. Its `cause` stays on the server. */
function thrown(one: Extract<Operation, { kind: "call" }>, report: Report): void {
  if (!ANSWERED.test(one.name) || (one.result.k === "chain" && packageOf(one.result.root) === "http-errors")) return;
  const said = one.args.flatMap((arg) =>
    arg.k === "struct" ? [...arg.props].flatMap(([name, value]) => (name === "cause" ? [] : [value])) : [arg],
  );
  if (said.some(isClientFault)) return;
  for (const value of said) {
    const found = value.k === "caught" && value.path === "" ? null : caughtIn(value, one.facts, []);
    if (found === null) continue;
    report.violated(
      leakedError,
      one.place,
      `${found} of an exception is sent to the client with this one: it may name tables, files, addresses or values.`,
      one,
    );
    return;
  }
}

function isClientFault(value: Value): boolean {
  if (value.k === "literal")
    return typeof value.value === "number"
      ? value.value >= 400 && value.value < 500
      : CLIENT_FAULT.test(String(value.value));
  const last = value.k === "chain" ? value.steps.at(-1) : undefined;
  return last?.kind === "member" && CLIENT_FAULT.test(last.name);
}

/** `err.responseCode`, `err.response.status`: a number or a word of a list, and nothing of what went wrong inside. */
const CODES =
  /(?:^|\.)(?:\w*(?:error|response|reply|status|http|sql|exit|sub|result|grpc|reason|fault)_?)?(?:code|status|status_?text|type|errno)$|(?:^|\.)name$/i;
const TELLS =
  /^(?:message|stack|cause|detail|hint|query|sql|response|data|toString|original|parent|command|shortMessage)/;

/** What of an exception is in a value; why nothing can be said of it goes to `doubts`. */
function caughtIn(value: Value, facts: Facts, doubts: string[], depth = 0): string | null {
  if (depth > 8) return null;
  switch (value.k) {
    case "caught": {
      const typed = facts.get(`typed:${keyOf({ ...value, path: "" })}`);
      if (typed !== undefined) {
        if (!typed.sure) doubts.push("the class of an exception that is sent is not seen");
        return null;
      }
      if (value.path === "") return "the whole";
      if (CODES.test(value.path)) return null;
      if (TELLS.test(value.path)) return `the ${value.path.split(".")[0] ?? "message"}`;
      doubts.push(`what the ${value.path} of an exception holds is not seen`);
      return null;
    }
    case "struct":
      return first([...value.props.values(), ...value.spreads], facts, doubts, depth);
    case "list":
      return first(value.items, facts, doubts, depth);
    case "derived":
      return /^(?:===|!==|==|!=|!|typeof|instanceof|includes|boolean|in)$/.test(value.op)
        ? null
        : first(value.args, facts, doubts, depth);
    case "choice":
      for (const one of value.alternatives) {
        const found = caughtIn(one.value, facts.and(one.facts), doubts, depth + 1);
        if (found !== null) return found;
      }
      return null;
    case "response":
      return null;
    default:
      return null;
  }
}

function first(values: readonly Value[], facts: Facts, doubts: string[], depth: number): string | null {
  for (const value of values) {
    const found = caughtIn(value, facts, doubts, depth + 1);
    if (found !== null) return found;
  }
  return null;
}

function isFailure(status: Value | null): boolean {
  return status?.k === "literal" && typeof status.value === "number" && status.value >= 400;
}

/** What another server answered, passed on with a failure. */
function upstreamIn(value: Value, depth = 0): string | null {
  if (depth > 5) return null;
  if (value.k === "chain") {
    const last = value.steps.at(-2);
    const isBody = last?.kind === "member" && (last.name === "text" || last.name === "json");
    return isBody && value.root.k === "foreign" && /^(?:fetch|axios|ky|got|ofetch|\$fetch)$/.test(value.root.name)
      ? "what another server says"
      : null;
  }
  if (value.k === "struct")
    return [...value.props.values()].map((one) => upstreamIn(one, depth + 1)).find((one) => one !== null) ?? null;
  return null;
}
