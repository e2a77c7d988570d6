import type { Node } from "oxc-parser";
import { bypass, optionalSecret, undefinedCondition, unsetSecret } from "../../rules/catalogue.ts";
import type { Check, Judged, Report } from "../../rules/rule.ts";
import { calledName } from "../../syntax/called-name.ts";
import { walk } from "../../syntax/walk.ts";
import type { Operation } from "../../trace/operation.ts";
import type { Facts } from "../../values/facts.ts";
import { neverEqual, openBySettings } from "./open-by-settings.ts";
import { openWhereUnset } from "./open-where-unset.ts";
import { allows } from "./functions-of-rights.ts";
import { keyOf } from "../../values/key.ts";
import { comparisons } from "../../values/query.ts";
import { clientOf, clientsOf, isCredential, isDigestOfClient } from "../../values/trust.ts";
import type { Value } from "../../values/value.ts";

/** Is the answer "no" wherever nothing is known? */
export const failClosed: Check = {
  requirement: "fail-closed",
  run(judged, report) {
    openBySettings(judged, report);
    openWhereUnset(judged, report);
    neverEqual(judged, report);
    for (const one of judged.trace.operations) {
      if (one.kind === "compare" && !isDemanded(judged.project, one.place.file, one.place.node)) unset(one, report);
      if (one.kind === "query") undefinedIn(one, report);
      if (one.kind === "test") {
        optional(one, report);
        skipped(one, report);
      }
    }
  },
};

/** `header !== process.env.SECRET`: nothing equals nothing, and "Bearer undefined" is easily said. */
function unset(one: Extract<Operation, { kind: "compare" }>, report: Report): void {
  if (!/^[=!]==?$|^safe$/.test(one.op)) return;
  for (const [secret, given] of [
    [one.left, one.right],
    [one.right, one.left],
  ] as const) {
    if (!isCredentialPart(given)) continue;
    const name = envIn(secret);
    if (one.op === "safe" && throwsUnset(secret)) continue;
    if (name === null || isNoSecret(name) || isSet(secret, one.facts)) continue;
    const whole = secret.k === "env" || isEnvChain(secret);
    // A missing header is null, a missing variable undefined: only the same nothing is equal to itself.
    if (whole && (isNeverUndefined(given) || one.facts.has(`set:${keyOf(given)}`))) continue;
    report.violated(
      unsetSecret,
      one.place,
      whole
        ? `Where ${name} is not set, a call without the header is equal to it.`
        : `Where ${name} is not set, the text ends in "undefined", which anybody can send.`,
      one,
    );
    return;
  }
}

/** Prisma and TypeORM leave out what is undefined: a stranger's missing key or id then finds anybody's row. */
function undefinedIn(one: Extract<Operation, { kind: "query" }>, report: Report): void {
  const { query, facts } = one;
  if ((query.library !== "prisma" && query.library !== "typeorm") || query.verb === "create") return;
  const found = comparisons(query.where).find(({ value }) => mayBeUndefined(value, facts));
  if (found === undefined) return;
  report.violated(
    undefinedCondition,
    one.place,
    `${found.field} may be undefined, and a condition that is undefined is left out: any row is found.`,
    one,
  );
}

/** `Buffer.from(undefined)` throws. */
function throwsUnset(value: Value): boolean {
  if (value.k !== "derived" || value.op !== "bytes" || value.args[0]?.k !== "env") return false;
  const { node } = value.place;
  return (
    node.type === "CallExpression" &&
    node.callee.type === "MemberExpression" &&
    node.callee.object.type === "Identifier" &&
    node.callee.object.name === "Buffer"
  );
}

function mayBeUndefined(value: Value, facts: Facts): boolean {
  if (value.k !== "choice" || facts.has("auth")) return false;
  const isNothing = (one: Value): boolean => one.k === "literal" && one.value === undefined;
  return (
    value.alternatives.some((one) => isNothing(one.value)) &&
    value.alternatives.some(
      ({ value: one, facts: own }) =>
        !isNothing(one) &&
        // What a check answers is an object, or it has thrown.
        !(one.k === "principal" && /^granted(?:\.|$)/.test(one.path)) &&
        (one.k === "principal" || isDigestOfClient(one) || isCredential(one)) &&
        own.beyond(facts).size === own.size &&
        clientsOf(one).every((given) => !facts.has(`set:${keyOf(given)}`)),
    )
  );
}

function isCredentialPart(value: Value): boolean {
  const from = clientOf(value);
  return (
    from !== null && (from.part === "header" || from.part === "query" || from.part === "body" || from.part === "cookie")
  );
}

/** Which topic, host or account it is about is known to many. */
function isNoSecret(name: string): boolean {
  return (
    /ARN|TOPIC|URL|URI|HOST|ORIGIN|DOMAIN|REGION|EMAIL|(?:^|_)(?:ID|NAME|ENV|VERSION|ACCOUNT)$/i.test(name) &&
    !/SECRET|TOKEN|KEY|PASS/i.test(name)
  );
}

function envIn(value: Value, depth = 0): string | null {
  if (depth > 5) return null;
  if (value.k === "env") return value.name;
  if (isEnvChain(value) && value.k === "chain") {
    const last = value.steps.at(-1);
    return last?.kind === "member" ? last.name : null;
  }
  if (value.k === "derived" && /^(?:template|\+|bytes|string)$/.test(value.op)) {
    for (const arg of value.args) {
      const found = envIn(arg, depth + 1);
      if (found !== null) return found;
    }
  }
  return null;
}

/** `c.env.TOKEN`: a binding of the platform, which may be absent. */
function isEnvChain(value: Value): boolean {
  return (
    value.k === "chain" &&
    value.root.k === "request" &&
    value.steps.length === 2 &&
    value.steps[0]?.kind === "member" &&
    value.steps[0].name === "env"
  );
}

function isSet(value: Value, facts: Facts): boolean {
  if (value.k === "env" && value.declared === true) return true;
  if (facts.has(`set:${keyOf(value)}`)) return true;
  if (value.k === "derived" && value.args.some((arg) => arg.k === "derived" && isSet(arg, facts))) return true;
  if (value.k === "derived") return value.args.some((arg) => (arg.k === "env" || isEnvChain(arg)) && isSet(arg, facts));
  return false;
}

/** `headers.get()` of the Web answers null, which `undefined` does not strictly equal. */
function isNeverUndefined(value: Value): boolean {
  return value.k === "derived" && value.op !== "replaced" && value.op !== "escaped" && value.op !== "parts";
}

/** `if (!secret) throw …` at the top of the file, before any handler runs. */
function isDemanded(project: Judged["project"], file: string, node: Node): boolean {
  const program = project.file(file)?.syntax.program;
  if (program === undefined) return false;
  const names = new Set<string>();
  for (const one of walk(node)) if (one.type === "Identifier") names.add(one.name);
  return program.body.some(
    (one) => one.type === "IfStatement" && denied(one.test, names) && endsProcess(one.consequent),
  );
}

/** `!secret`, `!process.env.SECRET`, `secret === undefined`, or several of them. */
function denied(test: Node, names: ReadonlySet<string>): boolean {
  for (const one of walk(test))
    if (one.type === "Identifier" && one.name !== "process" && one.name !== "env" && names.has(one.name)) return true;
  return false;
}

function endsProcess(node: Node): boolean {
  for (const one of walk(node)) {
    if (one.type === "ThrowStatement") return true;
    if (one.type === "MemberExpression" && one.property.type === "Identifier" && one.property.name === "exit")
      return true;
  }
  return false;
}

/** `if (secret && header !== secret) deny()`: where there is no secret there is no check. */
function optional(one: Extract<Operation, { kind: "test" }>, report: Report): void {
  const { node } = one.place;
  if (
    node.type === "LogicalExpression" &&
    node.operator === "&&" &&
    one.denies === "yes" &&
    ((isSecretName(node.left) && !isOfRow(one.value) && comparesWith(node.right, node.left)) ||
      (isSetting(node.left) && refusesByCheck(node.right, one.value)))
  ) {
    report.violated(optionalSecret, one.place, "Where the secret is not configured nothing is checked.", one);
  }
}

/** `link.password && link.password !== given`: whoever made the row chose to have one, or none. */
function isOfRow(value: Value, depth = 0): boolean {
  if (depth > 4) return false;
  if (value.k === "rows") return true;
  if (value.k === "chain")
    return value.steps.some((step) => step.kind === "call") && value.steps.at(-1)?.kind === "member";
  if (value.k === "derived") return value.args.some((arg) => isOfRow(arg, depth + 1));
  return value.k === "choice" && value.alternatives.some((one) => isOfRow(one.value, depth + 1));
}

/** `process.env.WEBHOOK_SECRET`, `secret`, `IS_CLOUD`: what somebody configures, or does not. */
function isSetting(node: Node): boolean {
  if (isSecretName(node)) return true;
  if (node.type === "Identifier")
    return /^(?:[A-Z][A-Z0-9]*_[A-Z0-9_]+|is[A-Z]\w*(?:Cloud|Enabled|Configured)|\w*[sS]ecret)$/.test(node.name);
  return (
    node.type === "MemberExpression" &&
    node.object.type === "MemberExpression" &&
    node.object.property.type === "Identifier" &&
    node.object.property.name === "env"
  );
}

/** `!validSignature(…)`, `!allowed`: the answer of a check, which alone would refuse. */
function refusesByCheck(node: Node, value: Value): boolean {
  if (node.type !== "UnaryExpression" || node.operator !== "!") return false;
  const asked = node.argument.type === "AwaitExpression" ? node.argument.argument : node.argument;
  if (asked.type === "CallExpression")
    return /signature|verif|valid|hmac|matches|safeEqual|timingSafe|access|permission|allowed/i.test(calledName(asked));
  const [inner] = value.k === "derived" ? value.args : [];
  return (
    inner?.k === "choice" &&
    inner.alternatives.some((one) => [...one.facts.entries()].some(([name]) => /^(?:auth|role|signature)$/.test(name)))
  );
}

/** `if (req.headers["x-test"] === "1") return next()`: whoever sends the header passes. */
function skipped(one: Extract<Operation, { kind: "test" }>, report: Report): void {
  // Whoever has signed what they sent says there what it is about, and has passed before.
  if (["auth", "signature", "shared-secret", "capability"].some((name) => one.facts.has(name))) return;
  if (one.consequent === null || one.value.k !== "derived" || !/^={2,3}$/.test(one.value.op)) return;
  const [left, right] = one.value.args;
  const header = left?.k === "client" ? left : right?.k === "client" ? right : null;
  const constant = left?.k === "literal" ? left : right?.k === "literal" ? right : null;
  if (
    header === null ||
    header.part !== "header" ||
    constant === null ||
    typeof constant.value !== "string" ||
    PLAIN_HEADER.test(header.path)
  )
    return;
  for (const node of walk(one.consequent)) {
    if (node.type === "ReturnStatement" && node.argument !== null && allows(node.argument)) {
      report.violated(bypass, one.place, `${header.path} is the client's to send, and whoever sends it passes.`, one);
      return;
    }
  }
}
const PLAIN_HEADER =
  /^(?:content-type|accept\w*|origin|host|upgrade|purpose|x-requested-with|next-\w+|sec-\w+|user-agent|x-middleware-\w+)$/i;

function isSecretName(node: Node): boolean {
  if (node.type === "Identifier") return /secret|token|key|password/i.test(node.name);
  if (node.type === "MemberExpression" && node.property.type === "Identifier")
    return /secret|token|key|password/i.test(node.property.name);
  return false;
}

/** The right side refuses what is not equal to the left. */
function comparesWith(node: Node, secret: Node): boolean {
  for (const one of walk(node)) {
    if (one.type === "BinaryExpression" && /^!==?$/.test(one.operator)) {
      for (const inner of walk(one)) if (sameName(inner, secret)) return true;
    }
  }
  return false;
}

function sameName(one: Node, other: Node): boolean {
  if (one.type === "Identifier" && other.type === "Identifier") return one.name === other.name;
  return (
    one.type === "MemberExpression" &&
    other.type === "MemberExpression" &&
    one.property.type === "Identifier" &&
    other.property.type === "Identifier" &&
    one.property.name === other.property.name
  );
}
