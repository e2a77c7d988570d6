import type { Node } from "oxc-parser";
import { optionalSecret } from "../../rules/catalogue.ts";
import type { Judged, Report } from "../../rules/rule.ts";
import { isRefusal } from "../../syntax/is-refusal.ts";
import { walkOwn } from "../../syntax/walk.ts";
import type { Operation } from "../../trace/operation.ts";
import { holds } from "../../values/holds.ts";
import { keyOf } from "../../values/key.ts";
import { clientsOf } from "../../values/trust.ts";
import type { Place, Value } from "../../values/value.ts";
import { isSensitive } from "../entry/entry-kinds.ts";
import { isSecretName } from "../secrets/secret-names.ts";
import { askedBack } from "../webhook/asked-back.ts";
import { looksUp } from "../webhook/webhook.ts";
import { allows, onlyOf } from "./functions-of-rights.ts";

type Compared = Extract<Operation, { kind: "compare" }>;

const WHO = ["auth", "opaque:auth", "signature", "shared-secret", "capability", "global"];

/**
 * `if (!secret) return true;` before the comparison with it, `!secret || given === secret`, `if (secret) { … }` around it:
 * where nobody has configured one, everybody passes, by whatever way the answer then reaches the handler.
 */
export function openWhereUnset({ entry, trace }: Judged, report: Report): void {
  if (entry.kind === "page" || entry.kind === "job") return;
  for (const one of trace.operations) {
    if (one.kind !== "compare" || !/^(?:[=!]==?|safe)$/.test(one.op)) continue;
    const secrets = comparedWithClient(one);
    if (secrets.length === 0) continue;
    const place = trace.operations.map((other) => openedBy(other, one, secrets)).find((found) => found !== null);
    if (place === undefined || place === null) continue;
    const done = unasked(trace.operations);
    if (done === undefined) continue;
    report.violated(optionalSecret, place, "Where the secret is not configured nothing is checked.", done);
    return;
  }
}

/** What is done, or looked at where nothing is, of which nobody was asked anything; what a provider is asked is its own word. */
function unasked(operations: readonly Operation[]): Operation | undefined {
  const sensitive = operations.filter(isSensitive);
  const effects = sensitive.filter((one) => !looksUp(one));
  return (effects.length > 0 ? effects : sensitive).find(
    (one) => !WHO.some((name) => one.facts.has(name)) && !askedBack(operations, one),
  );
}

/** The secrets of the configuration that a client's word is compared with, by their keys. */
function comparedWithClient({ left, right }: Compared): string[] {
  for (const [given, kept] of [
    [left, right],
    [right, left],
  ] as const) {
    if (!clientsOf(given).some(({ part }) => /^(?:header|query|body|cookie)$/.test(part))) continue;
    const found: string[] = [];
    holds(kept, (inner) => {
      if (isConfigured(inner)) found.push(keyOf(inner));
      return false;
    });
    if (found.length > 0) return found;
  }
  return [];
}

/** `process.env.CRON_SECRET`, `config.cron.secret`. */
function isConfigured(value: Value): boolean {
  if (value.k === "env") return SECRET.test(value.name);
  if (value.k !== "chain" || value.root.k !== "foreign" || !value.steps.every((step) => step.kind === "member"))
    return false;
  const last = value.steps.at(-1);
  return last?.kind === "member" && (SECRET.test(last.name) || isSecretName(last.name));
}
const SECRET = /secret|token|passw|(?:^|_|[a-z])key$/i;

/** Where a path begins that ends well for whoever comes while there is no such secret. */
function openedBy(other: Operation, compared: Compared, secrets: readonly string[]): Place | null {
  if (other.kind !== "test" && other.kind !== "fallback" && other.kind !== "choose") return null;
  const fn = compared.within.at(-1)?.node;
  if (other.place.file !== compared.place.file || other.within.at(-1)?.node !== fn || fn === undefined) return null;
  const asked = other.kind === "fallback" ? other.left : other.value;
  const missing = asksFor(asked, secrets);
  if (missing === null) return null;
  const at = compared.place.node;
  const { node } = other.place;
  switch (other.kind) {
    case "fallback":
      return missing && node.type === "LogicalExpression" && node.operator === "||" && isGrant(node.right, at)
        ? other.place
        : null;
    case "choose":
      if (node.type !== "ConditionalExpression") return null;
      return missing
        ? allows(node.consequent) && isGrant(node.alternate, at)
          ? other.place
          : null
        : allows(node.alternate) && isGrant(node.consequent, at)
          ? other.place
          : null;
    case "test": {
      const { consequent } = other;
      if (consequent === null) return null;
      // `if (secret) { if (given !== secret) return deny() }`, and nothing for where there is none.
      if (!missing)
        return other.denies === "neither" &&
          contains(consequent, at) &&
          isRefusal(consequent) &&
          (other.whole ?? null) === null
          ? other.place
          : null;
      return at.start > consequent.end && goesOn(consequent, fn) ? other.place : null;
    }
  }
}

/** Is it asked whether there is such a secret, and nothing else? True where the answer is yes when there is none. */
function asksFor(value: Value, secrets: readonly string[]): boolean | null {
  switch (value.k) {
    case "env":
    case "chain":
      return secrets.includes(keyOf(value)) ? false : null;
    case "choice": {
      // `process.env.SECRET ?? ""`
      const [first, ...more] = value.alternatives.filter((one) => one.value.k !== "literal");
      return first !== undefined && more.length === 0 ? asksFor(first.value, secrets) : null;
    }
    case "derived": {
      const [left, right] = value.args;
      if (left === undefined) return null;
      const inner = asksFor(left, secrets);
      if (inner === null) return null;
      if (value.op === "!") return !inner;
      if (/^(?:boolean|string|trimmed|length)$/.test(value.op)) return inner;
      const isNothing =
        right?.k === "literal" &&
        (right.value === undefined || right.value === null || right.value === "" || right.value === 0);
      if (!isNothing || inner) return null;
      return /^===?$/.test(value.op) ? true : /^!==?$/.test(value.op) ? false : null;
    }
    default:
      return null;
  }
}

/** What says yes where the two are equal. */
function isGrant(node: Node, compared: Node): boolean {
  if (!contains(node, compared)) return false;
  return compared.type !== "BinaryExpression" || /^===?$/.test(compared.operator);
}

function contains(outer: Node, inner: Node): boolean {
  return outer.start <= inner.start && inner.end <= outer.end;
}

/** It says yes; or nothing, in a function that throws or answers with a refusal otherwise. */
function goesOn(consequent: Node, fn: Node): boolean {
  const given = onlyOf(consequent);
  if (given !== null && allows(given)) return given.type === "Literal" || given.type === "ObjectExpression";
  const isBare = given === null && returnsNothing(consequent);
  const isNull =
    given !== null &&
    ((given.type === "Literal" && given.value === null) || (given.type === "Identifier" && given.name === "undefined"));
  if (!isBare && !isNull) return false;
  for (const node of walkOwn(fn)) {
    if (node.type === "ThrowStatement") return true;
    if (node.type === "ReturnStatement" && node.argument !== null && isRefusal(node.argument)) return true;
  }
  return false;
}

function returnsNothing(node: Node): boolean {
  const [only, ...more] = node.type === "BlockStatement" ? node.body : [node];
  return only?.type === "ReturnStatement" && only.argument === null && more.length === 0;
}
