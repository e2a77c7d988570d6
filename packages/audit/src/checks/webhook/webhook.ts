import {
  emptySecret,
  missingSignature,
  optionalSignature,
  reserialised,
  swallowedCheck,
  timingUnsafe,
} from "../../rules/catalogue.ts";
import type { Check, Judged, Report } from "../../rules/rule.ts";
import type { Operation } from "../../trace/operation.ts";
import type { Facts } from "../../values/facts.ts";
import { isDigest } from "../../interpret/learn.ts";
import { clientOf } from "../../values/trust.ts";
import { guardOfSigned } from "../../entry-points/neighbours.ts";
import type { Place, Value } from "../../values/value.ts";
import { askedBack } from "./asked-back.ts";
import { signedOrNot } from "./signed-or-not.ts";
import { signedParts } from "./signed-parts.ts";
import { unsignedTenant } from "./unsigned-tenant.ts";
import { letGoOn } from "../auth/let-go-on.ts";
import { isMeasure, isSensitive, isWebhook } from "../entry/entry-kinds.ts";

/** Is a webhook's signature verified, over the bytes that came, before anything is done? */
export const webhook: Check = {
  requirement: "webhook",
  run(judged, report) {
    const { entry, trace } = judged;
    for (const one of trace.operations) digests(one, trace.operations, report);
    signedParts(judged, report);
    signedOrNot(judged, report);
    if (!isWebhook(judged)) return;
    const effects = trace.operations.filter((one) => (isSensitive(one) || isEffect(one)) && !looksUp(one));
    const open =
      effects.find((one) => !isVerified(one.facts)) ??
      readUnasked(judged, effects) ??
      readDespite(trace.operations, effects);
    if (open === undefined) {
      unsignedTenant(trace.operations, report);
      if (effects.length > 0) report.proved();
      return;
    }
    const unseen = open.facts.get("opaque:auth");
    // A wrapper that is not seen may ask; where neighbours have a guard for it, it does not.
    const guard = entry.neighbours === undefined ? null : guardOfSigned(entry.neighbours());
    if (unseen !== undefined && guard === null) return report.unknown(unseen.why);
    if (effects.length > 0 && effects.every((one) => isVerified(one.facts) || askedBack(trace.operations, one)))
      return report.unknown("what it believes is asked of the sender itself");
    if (
      guard === null &&
      open.kind === "call" &&
      open.origin === "missing" &&
      open.args.some((arg) => holdsHeaders(arg))
    )
      return report.unknown(`${open.name} is given all headers, the signature among them, and is not in the tree`);
    letGoOn(judged, open, report);
    const caught = trace.operations.find((one) => one.kind === "catch" && one.falls && one.lost.has("signature"));
    if (caught !== undefined) {
      report.violated(
        swallowedCheck,
        caught.place,
        "The verification throws, what it throws is caught, and the event is believed.",
        open,
      );
      return;
    }
    // There is a check, on some path only: the test that decides whether it runs is where it goes wrong.
    const checks = trace.operations.filter((one) => verifies(one));
    const check = checks.find((one) => leadsTo(one, open)) ?? checks[0];
    const optional =
      check === undefined
        ? undefined
        : trace.operations.find(
            (one) =>
              one.kind === "test" &&
              ((one.denies === "neither" && decides(one.value) && standsBefore(one, check)) ||
                (one.denies === "yes" && onlyWithHeader(one))),
          );
    if (check?.kind === "call" && check.name === "verify-webhook" && unread(check, trace.operations)) {
      report.violated(
        optionalSignature,
        check.place,
        "The verification answers, and nobody looks at its answer.",
        open,
      );
      return;
    }
    if (optional !== undefined) {
      report.violated(
        optionalSignature,
        optional.kind === "test" && optional.whole !== undefined && optional.whole !== null
          ? { file: optional.place.file, node: optional.whole }
          : optional.place,
        "Where this is false the signature is not looked at, and the event is believed.",
        open,
      );
      return;
    }
    const vain = trace.operations.find((one) => isComparedInVain(one) && standsAhead(one, open));
    if (vain !== undefined) {
      report.violated(
        optionalSignature,
        open.place,
        "The signature is compared before, and this is done whatever the answer was.",
        open,
      );
      return;
    }
    report.violated(
      missingSignature,
      { file: entry.file, node: entry.node },
      `${entry.name} acts on events whose signature nobody verified.`,
      open,
    );
  },
};

/** `handle({ headers: req.headers, body: req.rawBody })`: what there is to verify is handed on with all that is signed. */
function holdsHeaders(value: Value, depth = 0): boolean {
  if (value.k === "client") return value.part === "header" && value.path === "" && depth > 0;
  return value.k === "struct" && depth < 3 && [...value.props.values()].some((one) => holdsHeaders(one, depth + 1));
}

/** It stands in the same function: of several providers in one file, it is this one's. */
function leadsTo(check: Operation, open: Operation): boolean {
  const around = open.within.at(-1)?.node;
  return check.within.some(({ node }) => node === around);
}

/** The test decides whether the check runs: it or the call that leads to it comes after. */
function standsBefore(test: Operation, check: Operation): boolean {
  const { file, node } = test.place;
  return [check.place, ...check.calls].some(
    (one) =>
      one.file === file &&
      node.start < one.node.end &&
      // The call of the handler itself holds them both.
      !(one.node.start <= node.start && node.end <= one.node.end) &&
      reaches(test, one.node),
  );
}

function reaches({ within }: Operation, { start, end }: Place["node"]): boolean {
  const around = within.at(-1)?.node;
  return around === undefined || (around.start <= start && end <= around.end);
}

/** It only looks something up, by what came, and no signature is ever asked for: there is nothing that comes before. */
function readUnasked({ entry, trace }: Judged, effects: readonly Operation[]): Operation | undefined {
  if (effects.length > 0 || trace.unknowns.length > 0 || !/web-?hook(?:s|_?handler)?$/i.test(entry.path ?? entry.name))
    return undefined;
  if (
    trace.operations.some(
      (one) =>
        verifies(one) ||
        isVerified(one.facts) ||
        one.facts.has("opaque:auth") ||
        (one.kind === "test" && one.denies !== "neither"),
    )
  )
    return undefined;
  return trace.operations.find((one) => isSensitive(one) && looksUp(one));
}

/** It only looks something up, and the signature is verified where one is sent: whoever sends none is answered as well. */
function readDespite(operations: readonly Operation[], effects: readonly Operation[]): Operation | undefined {
  if (effects.length > 0) return undefined;
  const check = operations.find((one) => verifies(one));
  const skipped =
    check !== undefined &&
    operations.some(
      (one) =>
        one.kind === "test" &&
        one.denies === "neither" &&
        decides(one.value) &&
        clientOf(one.value)?.part === "header" &&
        standsBefore(one, check),
    );
  return skipped ? operations.find((one) => isSensitive(one) && !isVerified(one.facts)) : undefined;
}

/** Its answer is a yes or no, and nothing that was tested holds it. */
function unread(check: Extract<Operation, { kind: "call" }>, operations: readonly Operation[]): boolean {
  return (
    check.result.k === "choice" &&
    !operations.some(
      (one) =>
        one.kind === "test" &&
        one.place.node.end >= check.place.node.end &&
        one.denies !== "neither" &&
        isYesOrNo(one.value),
    )
  );
}

function isYesOrNo(value: Value): boolean {
  if (value.k === "derived" && value.op === "!") return value.args.some(isYesOrNo);
  return value.k === "choice" && value.alternatives.some((one) => one.facts.has("signature"));
}

function isVerified(facts: Facts): boolean {
  return facts.has("signature") || facts.has("shared-secret") || facts.has("auth") || facts.has("capability");
}

/** Whose secret it is has to be known before anything can be verified. */
export function looksUp(one: Operation): boolean {
  if (one.kind === "query") return one.query.verb === "read" || one.query.verb === "list";
  return (
    one.kind === "call" &&
    (/^(?:find|get|fetch|load|lookup|look|read|open|decrypt|unseal|resolve|retrieve|query|select|search|list|exists|has|by|for|with|of|in|one|first|from|which|whose|pick|match)(?![a-z])/.test(
      one.name,
    ) ||
      /(?:By|For|Of|From|With|In)(?:[A-Z]\w*)?$/.test(one.name)) &&
    !CHANGES.test(one.name)
  );
}

/** `createForCustomer`, `syncFrom`: what it names besides does not make a look-up of it. */
const CHANGES =
  /^(?:create|update|upsert|insert|save|delete|remove|set|add|append|push|enqueue|send|sync|process|handle|apply|record|store|mark|trigger|start|import|notify|publish|emit|dispatch|run|execute|ingest|forward|receive|on|do|make|change|cancel|activate|provision|grant|credit|refund|settle|pay|complete|finish|close|fail|expire|book|charge|capture|reverse|void|write|post|debit|transfer|release|fulfil|fulfill|ship|deliver|confirm|approve|reject|register|enrol|enroll|invite|schedule|issue|reconcile|renew|extend|suspend|restore|archive|increment|decrement|enable|disable)(?![a-z])/;

const HANDLES = /^(?:handle|process|fulfil|apply|activate|deactivate|provision|sync|grant|upsert|dispatch)[A-Z]/;

/** A call of the application's own code with what came. */
function isEffect(one: Operation): boolean {
  return (
    one.kind === "call" &&
    one.origin === "missing" &&
    // `handleSubscription(event)`: whatever way the bytes were read, it is the event that is handled.
    (HANDLES.test(one.name) || one.args.some((arg) => arg.k !== "request" && clientOf(arg) !== null)) &&
    !isMeasure(one.path) &&
    // `isExpectedMetadata(event)`: looked at, and no more.
    !/^(?:is|has)[A-Z]/.test(one.name) &&
    !/verif|valid|parse|decode|inflate|unpack|log|header|sign|check|construct|schema|hash|text|json|buffer|limit/i.test(
      one.path,
    )
  );
}

function verifies(one: Operation): boolean {
  if (one.kind === "call") return /verify|constructEvent|signature|unwrap/i.test(one.name);
  if (one.kind === "compare") return isDigest(one.left) || isDigest(one.right) || /safe/.test(one.op);
  return one.kind === "test" && isDigestTest(one.value);
}

function isDigestTest(value: Value): boolean {
  if (value.k === "choice") return value.alternatives.some((one) => isDigestTest(one.value));
  return value.k === "derived" && value.args.some((arg) => isDigest(arg) || isDigestTest(arg));
}

/** `if (!verified) logger.warn("invalid signature")`: it was looked at, and nobody was turned away. */
function isComparedInVain(one: Operation): boolean {
  return one.kind === "test" && one.denies === "neither" && (isDigestTest(one.value) || isYesOrNo(one.value));
}

function standsAhead({ place }: Operation, open: Operation): boolean {
  return place.file === open.place.file && place.node.end <= open.place.node.start;
}

/** `if (signature && !matches(body, signature)) refuse()`: whoever leaves it away is not asked. */
function onlyWithHeader({ asked, place: { node } }: Extract<Operation, { kind: "test" }>): boolean {
  const [first, ...rest] = asked ?? [];
  return (
    node.type === "LogicalExpression" &&
    node.operator === "&&" &&
    first !== undefined &&
    decides(first) &&
    rest.some((value) => isDigestTest(value) || isYesOrNo(value))
  );
}

/** A test of the header, of the secret, or of the environment. */
function decides(value: Value, depth = 0): boolean {
  if (depth > 4) return false;
  // A function that is there for some senders only.
  if (value.k === "env" || value.k === "closure") return true;
  if (value.k === "client") return value.part === "header";
  if (value.k === "foreign") return /secret|key/i.test(value.name);
  // Whose integration it is has a secret, or has none.
  if (value.k === "rows") return /secret|key|token/i.test(value.path);
  if (value.k === "chain")
    return value.steps.some((step) => step.kind === "member" && /secret|key|token/i.test(step.name));
  if (value.k === "choice") return value.alternatives.some((one) => decides(one.value, depth + 1));
  return value.k === "derived" && value.args.some((arg) => decides(arg, depth + 1));
}

function digests(one: Operation, operations: readonly Operation[], report: Report): void {
  if (one.kind === "compare" && /^[=!]==?$/.test(one.op)) {
    for (const [digest, other] of [
      [one.left, one.right],
      [one.right, one.left],
    ] as const) {
      if (isDigest(digest) && (clientOf(other) !== null || other.k === "opaque")) {
        report.violated(
          timingUnsafe,
          one.place,
          "The comparison ends at the first character that differs: how long it takes tells how much was right.",
          one,
        );
      }
    }
  }
  if (one.kind === "digest") {
    if (rewritten(one.payload))
      report.violated(
        reserialised,
        one.place,
        "The digest is of a body that was parsed and written again, not of the bytes that were signed.",
        one,
      );
    if (mayBeEmpty(one.secret))
      report.violated(
        emptySecret,
        madeEmpty(one, operations),
        "Where the variable is not set the secret is an empty text, which everybody knows.",
        one,
      );
  }
  if (
    one.kind === "call" &&
    /verify|constructEvent|signature|isValid|matches/i.test(one.name) &&
    one.args.some(rewritten)
  ) {
    report.violated(
      reserialised,
      one.place,
      "The signature is checked over a body that was parsed and written again, not over the bytes that were signed.",
      one,
    );
  }
}

/** `JSON.stringify(req.body)`. */
export function rewritten(value: Value): boolean {
  if (value.k === "derived" && value.op === "stringify") {
    const [whole] = value.args;
    return whole?.k === "client" && whole.part === "body";
  }
  if (value.k === "choice") return value.alternatives.some((one) => rewritten(one.value));
  return value.k === "derived" && value.args.some(rewritten);
}

/** `const secret = process.env.SECRET ?? ""`: where it is made empty, if that is in sight. */
function madeEmpty(digest: Operation, operations: readonly Operation[]): Place {
  const made = operations.findLast(
    (one) =>
      one.kind === "fallback" &&
      one.place.file === digest.place.file &&
      one.place.node.end <= digest.place.node.start &&
      one.within.at(-1)?.node === digest.within.at(-1)?.node &&
      one.right.k === "literal" &&
      one.right.value === "" &&
      (one.left.k === "env" || (one.left.k === "chain" && clientOf(one.left) === null)),
  );
  return made?.place ?? digest.place;
}

function mayBeEmpty(value: Value): boolean {
  return (
    value.k === "choice" &&
    value.alternatives.some((one) => one.value.k === "literal" && one.value.value === "") &&
    value.alternatives.some((one) => one.value.k === "env" || one.value.k === "chain")
  );
}
