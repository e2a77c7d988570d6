import { secretFromRequest, unlimitedAge } from "../../rules/catalogue.ts";
import type { Judged, Report } from "../../rules/rule.ts";
import type { Operation } from "../../trace/operation.ts";
import { holds } from "../../values/holds.ts";
import { clientsOf } from "../../values/trust.ts";
import type { Place, Value } from "../../values/value.ts";

type Digest = Extract<Operation, { kind: "digest" }>;

/** Is a signature made with a secret of the server's own, over a time that somebody compares with the clock? */
export function signedParts({ trace }: Judged, report: Report): void {
  for (const one of trace.operations) {
    if (one.kind !== "digest") continue;
    if (isSaid(one.secret) && trace.operations.some((other) => comparesDigest(other)))
      report.violated(
        secretFromRequest,
        // A helper makes digests with the secret it is given: what is wrong is which.
        one.within.length > 1 ? (one.calls.at(-1) ?? one.place) : one.place,
        "The secret comes with the request: whoever sends it signs it.",
        one,
      );
    else replayed(one, trace.operations, report);
  }
}

/** The client's own word, as it is or with something in its stead. */
function isSaid(value: Value): boolean {
  if (value.k === "client") return value.part !== "file";
  if (value.k === "choice")
    return (
      value.alternatives.some((one) => isSaid(one.value)) &&
      value.alternatives.every((one) => isSaid(one.value) || one.value.k === "literal")
    );
  return (
    value.k === "derived" && /^(?:string|bytes)$/.test(value.op) && value.args[0] !== undefined && isSaid(value.args[0])
  );
}

function comparesDigest(one: Operation): boolean {
  return (
    one.kind === "compare" &&
    [one.left, one.right].some((value) => holds(value, (inner) => inner.k === "derived" && inner.op === "hmac"))
  );
}

const TIME = /(?:^|-)(?:timestamp|request-time|time|date)$/i;

/** The sender's time is signed, and no test, comparison or helper has it. */
function replayed(digest: Digest, operations: readonly Operation[], report: Report): void {
  const time = clientsOf(digest.payload).find((one) => one.part === "header" && TIME.test(one.path));
  if (time === undefined || !operations.some(comparesDigest)) return;
  const isTime = (value: Value): boolean => value.k === "client" && value.part === "header" && value.path === time.path;
  const looked = operations.some((one) => {
    if (one.kind === "compare")
      return /^[<>]=?$/.test(one.op) && [one.left, one.right].some((value) => holds(value, isTime));
    return (
      one.kind === "call" &&
      !/log|debug|warn|info|error/i.test(one.path) &&
      one.args.some(
        (arg) => holds(arg, isTime) && !holds(arg, (inner) => inner.k === "client" && inner.part === "body"),
      )
    );
  });
  if (looked) return;
  report.violated(
    unlimitedAge,
    placeOf(digest),
    `${time.path} is signed and never compared with the clock: a request that was recorded can be sent again for ever.`,
    digest,
  );
}

/** Where the text that is signed was put together. */
function placeOf({ payload, place }: Digest): Place {
  return payload.k === "derived" && /^(?:template|\+|join)$/.test(payload.op) ? payload.place : place;
}
