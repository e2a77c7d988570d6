import { unverifiedToken } from "../rules/catalogue.ts";
import type { Judged, Report } from "../rules/rule.ts";
import type { Operation } from "../trace/operation.ts";
import { keyOf } from "../values/key.ts";
import { clientOf } from "../values/trust.ts";
import type { Value } from "../values/value.ts";

/** Are tokens verified before they are believed, and by what the server says and not they themselves? */
export function tokens({ trace }: Judged, report: Report): void {
  for (const one of trace.operations) {
    if (one.kind === "call" && one.name === "verify-token" && letsTokenChoose(one.args)) {
      report.violated(
        unverifiedToken,
        one.place,
        "The token itself says how it is verified: one that names no algorithm needs no signature.",
        one,
      );
    }
    if (
      one.kind === "jwt-decode" &&
      !one.facts.has("auth") &&
      usedForIdentity(trace.operations, one) &&
      !isVerifiedLater(one, trace.operations)
    ) {
      report.violated(
        unverifiedToken,
        one.place,
        "The token is decoded, not verified: whoever sends it chooses what it says.",
        one,
      );
    }
  }
}

/** `{ algorithms: ["none"] }`, `{ algorithms: [decoded.header.alg] }`. */
function letsTokenChoose(args: readonly Value[]): boolean {
  return args.some((arg) => {
    const listed = arg.k === "struct" ? arg.props.get("algorithms") : undefined;
    if (listed === undefined) return false;
    const each = listed.k === "list" ? listed.items : [listed];
    return each.some(
      (one) => clientOf(one) !== null || (one.k === "literal" && String(one.value).toLowerCase() === "none"),
    );
  });
}

/** It was read to find the key that then verifies the same token. */
function isVerifiedLater(
  decode: Extract<Operation, { kind: "jwt-decode" }>,
  operations: readonly Operation[],
): boolean {
  return operations
    .slice(operations.indexOf(decode))
    .some(
      (one) =>
        one.kind === "call" &&
        one.name === "verify-token" &&
        one.args[0] !== undefined &&
        keyOf(one.args[0]) === keyOf(decode.value),
    );
}

function usedForIdentity(operations: readonly Operation[], decode: Operation): boolean {
  return operations.some(
    (one) =>
      one !== decode && (one.kind === "query" || one.kind === "call" || one.kind === "return" || one.kind === "test"),
  );
}
