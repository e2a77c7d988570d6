import { clientSecret, logSecret, urlSecret } from "../../rules/catalogue.ts";
import { linkIn, linkPutTogether, namedLink } from "./link-with-token.ts";
import { loggedAddress } from "./logged-address.ts";
import { loggedByItsLabel } from "./logged-by-its-label.ts";
import { loggedHeader } from "./logged-headers.ts";
import { CENSORS, heldInLogged, loggedWhole } from "./logged-whole.ts";
import type { Node } from "oxc-parser";
import type { Check, Judged, Report } from "../../rules/rule.ts";
import type { Operation } from "../../trace/operation.ts";
import { nameKind } from "../../knowledge/names.ts";
import { clientOf } from "../../values/trust.ts";
import type { Value } from "../../values/value.ts";
import { calledIn, isSecretName, isStoredSecret } from "./secret-names.ts";
import { ANSWERS, answered } from "./sent-to-client.ts";

/** Are secrets kept out of logs, answers, addresses and browsers? */
export const secrets: Check = {
  requirement: "secrets",
  run(judged, report) {
    const { entry, trace } = judged;
    for (const one of trace.operations) {
      if (one.kind === "log") logged(one, judged, report);
      else if (one.kind === "call" && /capture(?:Exception|Message)|setContext|setExtra|addBreadcrumb/.test(one.name))
        logged(one, judged, report);
      else if (one.kind === "fetch") inUrl(one.url, one, report);
      else if (one.kind === "respond" && entry.kind !== "function") answered(one.body, one, judged, report);
      else if (one.kind === "call" && isAnswer(one) && entry.kind !== "function")
        for (const arg of one.args) answered(arg, one, judged, report);
      else if (one.kind === "prop") handedOn(one, report);
      // The schema says which fields of what a resolver answers leave the server.
      else if (one.kind === "return" && entry.framework === "graphql") continue;
      else if (one.kind === "return" && entry.kind === "page" && entry.framework === "next")
        answered(propsIn(one.value), one, judged, report);
      else if (one.kind === "return" && entry.kind !== "function" && entry.kind !== "job")
        answered(one.value, one, judged, report);
    }
  },
};

/** `sendSuccess(res, row)` */
function isAnswer({ name, args }: Extract<Operation, { kind: "call" }>): boolean {
  return args.some((arg) => arg.k === "response-writer") && ANSWERS.test(name);
}

/** `getServerSideProps`: what is under `props` stands in the page's source. */
function propsIn(value: Value): Value | null {
  if (value.k === "struct") return value.props.get("props") ?? null;
  if (value.k !== "choice") return null;
  const found = value.alternatives.flatMap((one) => {
    const inner = propsIn(one.value);
    return inner === null ? [] : [inner];
  });
  return found.length === 0 ? null : { k: "list", items: found };
}

/** A property of a component that runs in the browser. */
function handedOn(one: Extract<Operation, { kind: "prop" }>, report: Report): void {
  if (clientOf(one.value) !== null) return;
  const name = secretIn(one.value);
  if (name !== null && (one.client || isSecretName(one.name)))
    report.violated(
      clientSecret,
      one.place,
      `${name} is handed to ${one.component}, and with it to every browser that loads the page.`,
      one,
    );
}

function logged(one: Extract<Operation, { kind: "log" | "call" }>, { entry, project }: Judged, report: Report): void {
  const named =
    (one.kind === "log" ? loggedByItsLabel(one.place.node) : null) ??
    writtenOut(one.place.node) ??
    loggedAddress(one.place.node, project.file(one.place.file));
  if (named !== null)
    return report.violated(logSecret, one.place, `${named} is written to a log, and stays wherever the log goes.`, one);
  const given = one.kind === "log" && one.place.node.type === "CallExpression" ? one.place.node.arguments : [];
  const around = one.within.at(-1)?.node;
  const link =
    given.map((arg) => namedLink(arg) ?? linkPutTogether(arg, around)).find((found) => found !== null) ?? null;
  const text = project.file(one.place.file)?.text ?? "";
  const held = heldInLogged(one, text);
  for (const arg of one.args) {
    const name =
      secretIn(arg) ??
      link ??
      (one.kind === "log" ? linkIn(arg) : null) ??
      loggedWhole(arg, entry, one) ??
      held ??
      (one.kind === "log" && !CENSORS.test(text) ? loggedHeader(arg) : null);
    if (name !== null) {
      report.violated(logSecret, one.place, `${name} is written to a log, and stays wherever the log goes.`, one);
      return;
    }
  }
}

/** A name of a secret that stands in the call itself, not inside another call that may conceal it. */
function writtenOut(node: Node, depth = 0): string | null {
  if (depth > 6) return null;
  switch (node.type) {
    case "Identifier":
      return isSecretName(node.name) && !/^(?:token|password|authorization)$/i.test(node.name) ? node.name : null;
    case "MemberExpression":
      return !node.computed &&
        node.property.type === "Identifier" &&
        isStoredSecret(node.property.name) &&
        !/^[A-Z]/.test(node.property.name)
        ? node.property.name
        : null;
    case "CallExpression":
      return depth === 0 ? firstName(node.arguments, depth) : null;
    case "TemplateLiteral":
      return firstName(node.expressions, depth);
    case "ObjectExpression":
      return firstName(
        node.properties.flatMap((one) => (one.type === "Property" ? [one.value] : [])),
        depth,
      );
    case "BinaryExpression":
      return node.operator === "+" ? firstName([node.left, node.right], depth) : null;
    default:
      return null;
  }
}

function firstName(nodes: readonly Node[], depth: number): string | null {
  for (const node of nodes) {
    const found = writtenOut(node, depth + 1);
    if (found !== null) return found;
  }
  return null;
}

const HIDES =
  /^(?:hash|hmac|concealed|length|boolean|typeof|===|!==|==|!=|!|keys|number|includes|is-type|is-like|matches|pattern|random|parts|part-of|in|instanceof|<|>|<=|>=|encoded-size|token)$/;

/** The name of a secret inside a value that is written out; null when there is none. */
function secretIn(value: Value, depth = 0): string | null {
  if (depth > 8) return null;
  switch (value.k) {
    case "env":
      return isSecretName(value.name) && !/^(?:NEXT_PUBLIC|VITE|PUBLIC|EXPO_PUBLIC)_/.test(value.name)
        ? value.name
        : null;
    case "client":
      if (value.part === "header")
        return value.path === "" || /^(?:authorization|cookie|x-api-key)$/i.test(value.path)
          ? value.path === ""
            ? "every header"
            : value.path
          : null;
      if (value.part === "cookie") return value.path === "" ? "every cookie" : null;
      return isSecretName(value.path) ? value.path : null;
    case "rows":
      return value.path !== "" && isSecretName(value.path) ? value.path : null;
    case "opaque":
      return isSecretName(value.name) ? value.name : null;
    case "foreign":
      return value.name === "process.env"
        ? "the whole environment"
        : isSecretName(value.name) && value.origin !== "global"
          ? value.name
          : null;
    case "derived":
      if (HIDES.test(value.op) || (value.op === "string" && value.args.length > 0 && isCut(value))) return null;
      return firstOf(value.args, depth);
    case "choice":
      return firstOf(
        value.alternatives.map((one) => one.value),
        depth,
      );
    case "pending":
      return secretIn(value.value, depth + 1);
    case "struct":
      for (const [name, inner] of value.props) {
        const found = secretIn(inner, depth + 1);
        if (found !== null) return found;
        if (isSecretName(name) && mayHoldSecret(inner)) return name;
        if (isOpened(name, inner, value)) return name;
      }
      return firstOf(value.spreads, depth);
    case "list":
      return firstOf(value.items, depth);
    case "chain": {
      const last = value.steps.at(-1);
      if (last?.kind === "member") return isSecretName(last.name) ? last.name : null;
      return /decrypt|unseal|openSecret|reveal/i.test(calledIn(value)) ? "what was decrypted" : null;
    }
    default:
      return null;
  }
}

/** `{ user, pass: await open(stored) }`: what is looked up or opened under the name by which somebody signs in. */
function isOpened(name: string, value: Value, within: Extract<Value, { k: "struct" }>): boolean {
  const named =
    /^(?:password|passphrase|client_?secret|api_?key|private_?key|access_?token)$/i.test(name) ||
    (/^(?:pass|pwd|pw|secret)$/i.test(name) && [...within.props.keys()].some((beside) => SIGNS_IN.test(beside)));
  if (!named) return false;
  if (value.k === "pending") return isOpened(name, value.value, within);
  if (value.k === "choice") return value.alternatives.some((one) => isOpened(name, one.value, within));
  if (value.k === "env") return true;
  return (
    value.k === "chain" &&
    value.root.k !== "principal" &&
    nameKind(calledIn(value)) !== "conceals" &&
    !/mask|redact|hash|hide|conceal|obfuscate|has|exists|length|boolean|censor|strip|omit/i.test(calledIn(value)) &&
    (value.steps.at(-1)?.kind !== "member" || /pass|pwd|secret/i.test(lastMember(value)))
  );
}
const SIGNS_IN = /^(?:user|username|user_?name|login|email|account|client_?id)$/i;

function lastMember({ steps }: Extract<Value, { k: "chain" }>): string {
  const last = steps.at(-1);
  return last?.kind === "member" ? last.name : "";
}

/** `key.slice(0, 6)` shows little of it. */
function isCut(value: Extract<Value, { k: "derived" }>): boolean {
  const { node } = value.place;
  return (
    node.type === "CallExpression" &&
    node.callee.type === "MemberExpression" &&
    node.callee.property.type === "Identifier" &&
    /^(?:slice|substring|substr|charAt)$/.test(node.callee.property.name)
  );
}

function firstOf(values: readonly Value[], depth: number): string | null {
  for (const value of values) {
    const found = secretIn(value, depth + 1);
    if (found !== null) return found;
  }
  return null;
}

function mayHoldSecret(value: Value): boolean {
  if (value.k === "opaque") return true;
  if (value.k === "rows") return value.path === "" || isSecretName(value.path);
  if (value.k === "chain")
    return (
      value.steps.some((step) => step.kind !== "member") &&
      nameKind(calledIn(value)) !== "conceals" &&
      /decrypt|secret|token|key/i.test(calledIn(value))
    );
  return false;
}

/** `?apiKey=${key}`, `url.searchParams.set("token", …)`. */
function inUrl(url: Value, one: Operation, report: Report): void {
  const parts = partsOf(url);
  for (const [at, part] of parts.entries()) {
    const before = parts[at - 1];
    const text = before?.k === "literal" ? String(before.value) : "";
    const named = /[?&](?:api_?key|key|token|access_?token|auth|secret|client_?secret|password|apikey|appid)=$/i.test(
      text,
    );
    // `redirect(`/login?next=/invite/${token}`)`: on one's own pages the client is sent what it has sent.
    if (isOwnPage(parts) && clientOf(part) !== null) continue;
    // The link in a mail has to hold its one-time token.
    if (/[?&]token=$/i.test(text) && isMailed(part)) continue;
    if (part.k !== "literal" && ((named && isSecretLike(part)) || (text.includes("?") && secretIn(part) !== null))) {
      report.violated(
        urlSecret,
        one.place,
        "A secret is part of the address, which servers and proxies on the way write down.",
        one,
      );
      return;
    }
  }
}

function isOwnPage([first]: readonly Value[]): boolean {
  return first?.k === "literal" && /^\/(?!\/)/.test(String(first.value));
}

/** A token of nothing that says it opens a session or an account for good. */
function isMailed(value: Value): boolean {
  if (value.k === "chain") return !/access|session|jwt|auth|bearer|api/i.test(calledIn(value));
  if (value.k === "opaque") return !/access|session|jwt|auth|bearer|api/i.test(value.name);
  return value.k === "rows" || (value.k === "derived" && /^(?:random|hash|encoded|string)$/.test(value.op));
}

function isSecretLike(value: Value): boolean {
  return (
    secretIn(value) !== null ||
    value.k === "opaque" ||
    value.k === "env" ||
    value.k === "chain" ||
    value.k === "foreign"
  );
}

function partsOf(value: Value): readonly Value[] {
  if (value.k === "derived" && (value.op === "template" || value.op === "+" || value.op === "url"))
    return value.args.flatMap(partsOf);
  return [value];
}
