import { unverifiedToken } from "../../rules/catalogue.ts";
import type { Judged, Report } from "../../rules/rule.ts";
import type { Operation } from "../../trace/operation.ts";
import { keyOf } from "../../values/key.ts";
import { comparisons } from "../../values/query.ts";
import { clientOf, clientsOf } from "../../values/trust.ts";
import type { Value } from "../../values/value.ts";

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
      (one.facts.has("auth") ? choosesRows(trace.operations, one) : usedForIdentity(trace.operations, one)) &&
      !onlyAsksAge(trace.operations, one.value) &&
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

/** Nothing before or after it shows that the token is good, and something is done by what it says. */
export function isBelieved(one: Extract<Operation, { kind: "jwt-decode" }>, operations: readonly Operation[]): boolean {
  return !one.facts.has("auth") && usedForIdentity(operations, one) && !isVerifiedLater(one, operations);
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
        (keyOf(one.args[0]) === keyOf(decode.value) || isSame(clientOf(one.args[0]), clientOf(decode.value))),
    );
}

type Said = ReturnType<typeof clientOf>;

/** Cut out of the same header: `header.slice(7)` and `header.split(" ")[1]`. */
function isSame(one: Said, other: Said): boolean {
  return one !== null && other !== null && one.part === other.part && one.path === other.path;
}

const AGE = /^(?:exp|iat|nbf|kid|alg|typ|jti)$/;

/** Nothing is read of it but how old it is, or by which key it was signed. */
function onlyAsksAge(operations: readonly Operation[], token: Value): boolean {
  const held = clientOf(token);
  if (held === null) return false;
  const claims = `${held.path}.claims`;
  const read = new Set<string>();
  for (const one of operations)
    for (const value of valuesOf(one))
      for (const said of clientsOf(value))
        if (said.part === held.part && (said.path === claims || said.path.startsWith(`${claims}.`)))
          read.add(said.path.slice(said.path.lastIndexOf(".") + 1));
  return read.size > 0 && [...read].every((name) => AGE.test(name));
}

function valuesOf(one: Operation): readonly Value[] {
  switch (one.kind) {
    case "query":
      return [
        ...comparisons(one.query.where).map(({ value }) => value),
        ...(one.query.data === null ? [] : [one.query.data]),
      ];
    case "call":
      return one.args;
    case "respond":
      return one.body === null ? [] : [one.body];
    case "test":
    case "choose":
    case "return":
    case "identify":
    case "assign":
      return [one.value];
    case "compare":
      return [one.left, one.right];
    default:
      return [];
  }
}

/**
 * An invitation or a link that is sent along, by somebody who is known: what its token says decides which row it is
 * about. The caller's own token is in a header or a cookie, and the session has seen to it.
 */
function choosesRows(operations: readonly Operation[], decode: Extract<Operation, { kind: "jwt-decode" }>): boolean {
  const held = clientOf(decode.value);
  if (held === null || !/^(?:body|query|params|arguments)$/.test(held.part) || isSeenBefore(decode, operations))
    return false;
  const claims = `${held.path}.claims.`;
  return operations.some(
    (one) =>
      one.kind === "query" &&
      comparisons(one.query.where).some(({ value }) =>
        clientsOf(value).some(
          ({ part, path }) =>
            part === held.part && path.startsWith(claims) && !AGE.test(path.slice(path.lastIndexOf(".") + 1)),
        ),
      ),
  );
}

/** Verified before, and then read once more. */
function isSeenBefore(decode: Extract<Operation, { kind: "jwt-decode" }>, operations: readonly Operation[]): boolean {
  return operations
    .slice(0, operations.indexOf(decode))
    .some(
      (one) => one.kind === "call" && /verif|valid|check|assert|introspect/i.test(one.name) && isGiven(one, decode),
    );
}

function isGiven({ args }: Extract<Operation, { kind: "call" }>, { value }: { value: Value }): boolean {
  return args.some((arg) => keyOf(arg) === keyOf(value) || isSame(clientOf(arg), clientOf(value)));
}

function usedForIdentity(operations: readonly Operation[], decode: Operation): boolean {
  return operations.some(
    (one) =>
      one !== decode && (one.kind === "query" || one.kind === "call" || one.kind === "return" || one.kind === "test"),
  );
}
