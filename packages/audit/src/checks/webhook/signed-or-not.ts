import { missingSignature } from "../../rules/catalogue.ts";
import type { Judged, Report } from "../../rules/rule.ts";
import type { Operation } from "../../trace/operation.ts";
import type { Value } from "../../values/value.ts";
import { isSensitive, isWebhook } from "../entry/entry-kinds.ts";

const VERIFIED = ["auth", "signature", "shared-secret", "capability", "opaque:auth"];

/**
 * `if (token) body = verify(token)`: what a signed token says is the event, and where none is sent the body is believed
 * as it came. Whatever the path is called, it is a callback whose sender is only asked for a signature if there is one.
 */
export function signedOrNot(judged: Judged, report: Report): void {
  const { entry, trace } = judged;
  if (entry.kind !== "route" || entry.method === "GET" || isWebhook(judged)) return;
  const verified = trace.operations.find((one) => one.kind === "call" && one.name === "verify-token");
  if (verified === undefined) return;
  const open = trace.operations.find(
    (one) =>
      (one.kind === "call" || one.kind === "query") &&
      !VERIFIED.some((name) => one.facts.has(name)) &&
      (isSensitive(one) || one.kind === "query") &&
      givenTo(one).some((value) => isEither(value)),
  );
  if (open === undefined) return;
  report.violated(
    missingSignature,
    { file: entry.file, node: entry.node },
    `${entry.name} believes what a signed token says, and where there is none the body as it came.`,
    open,
  );
}

function givenTo(one: Operation): readonly Value[] {
  if (one.kind === "call") return one.args;
  return one.kind === "query" && one.query.data !== null ? [one.query.data] : [];
}

/** What a token says, or the body of the request in its place. */
function isEither(value: Value, depth = 0): boolean {
  if (depth > 4) return false;
  switch (value.k) {
    case "choice": {
      const said = value.alternatives.map((one) => one.value);
      return (
        (said.some((one) => one.k === "principal" && /^token(?:\.|$)/.test(one.path)) &&
          said.some((one) => one.k === "client" && one.part === "body")) ||
        said.some((one) => isEither(one, depth + 1))
      );
    }
    case "struct":
      return [...value.props.values(), ...value.spreads].some((one) => isEither(one, depth + 1));
    case "derived":
      return value.args.some((one) => isEither(one, depth + 1));
    case "pending":
      return isEither(value.value, depth + 1);
    default:
      return false;
  }
}
