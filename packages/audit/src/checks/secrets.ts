import { clientSecret, logSecret, returnSecret, urlSecret } from "../rules/catalogue.ts";
import type { Node } from "oxc-parser";
import type { Check, Judged, Report } from "../rules/rule.ts";
import type { Operation } from "../trace/operation.ts";
import { callsOf } from "../knowledge/databases/chain.ts";
import { nameKind } from "../knowledge/names.ts";
import { clientOf } from "../values/trust.ts";
import type { Query } from "../values/query.ts";
import type { Value } from "../values/value.ts";

export const SECRET_NAME =
  /^(?:\w*(?:api_?key|apikey|secret(?:_?key)?|secretAccessKey|private_?key|access_?token|refresh_?token|auth_?token|bearer_?token|id_?token|session_?token|client_?secret|webhook_?secret|signing_?(?:key|secret)|password(?:_?hash)?|tokens|passwd|passphrase|hashed_?password|credentials?|encryption_?key|service_?role(?:_?key)?|jwt_?secret|connection_?string|database_?url|otp|pin_?code|cvv|card_?number)|plaintext(?:_?key)?|raw_?(?:key|token)|full_?key|decrypted\w*|token|authorization|password)$/i;
const NOT_SECRET =
  /(?:public|publishable|anon|prefix|suffix|last_?4|hint|masked|redacted|type|count|id|ids|name|expires?\w*|at|url|length|limit|usage|format|version|status|algorithm|exists|enabled|set|has\w+|is\w+)$/i;

export function isSecretName(name: string): boolean {
  const last = name.slice(name.lastIndexOf(".") + 1);
  return (
    SECRET_NAME.test(last) &&
    !NOT_SECRET.test(last) &&
    !/^(?:reset|verification|csrf|share|invite|page|next|push|device|public|has|is|show|masked|unsubscribe)/i.test(last)
  );
}

/** Are secrets kept out of logs, answers, addresses and browsers? */
export const secrets: Check = {
  requirement: "secrets",
  run(judged, report) {
    const { entry, trace } = judged;
    for (const one of trace.operations) {
      if (one.kind === "log") logged(one, report);
      else if (one.kind === "call" && /capture(?:Exception|Message)|setContext|setExtra|addBreadcrumb/.test(one.name))
        logged(one, report);
      else if (one.kind === "fetch") inUrl(one.url, one, report);
      else if (one.kind === "respond" && entry.kind !== "function") answered(one.body, one, judged, report);
      else if (one.kind === "prop") handedOn(one, report);
      else if (one.kind === "return" && entry.kind === "page") answered(propsIn(one.value), one, judged, report);
      else if (one.kind === "return" && entry.kind !== "function" && entry.kind !== "job")
        answered(one.value, one, judged, report);
    }
  },
};

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

function logged(one: Extract<Operation, { kind: "log" | "call" }>, report: Report): void {
  const named = writtenOut(one.place.node);
  if (named !== null)
    return report.violated(logSecret, one.place, `${named} is written to a log, and stays wherever the log goes.`, one);
  for (const arg of one.args) {
    const name = secretIn(arg);
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
  /^(?:hash|hmac|concealed|length|boolean|typeof|===|!==|==|!=|!|keys|number|includes|is-type|is-like|matches|pattern|random|parts|part-of|<|>|encoded-size|token)$/;

/** The name of a secret inside a value that is written out; null when there is none. */
export function secretIn(value: Value, depth = 0): string | null {
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

function calledIn(value: Extract<Value, { k: "chain" }>): string {
  const last = callsOf(value).at(-1);
  return last === undefined || last.name === "" ? (value.root.k === "foreign" ? value.root.name : "") : last.name;
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

/** What is sent to the client: columns that hold secrets, and whole rows of tables that have such columns. */
function answered(body: Value | null, one: Operation, judged: Judged, report: Report): void {
  if (body === null) return;
  const found = sent(body, judged);
  if (found !== null) report.violated(returnSecret, one.place, `${found} is sent to the client.`, one);
}

function sent(value: Value, judged: Judged, name = "", depth = 0): string | null {
  if (depth > 8) return null;
  switch (value.k) {
    case "env":
      return isSecretName(value.name) && !/^(?:NEXT_PUBLIC|VITE|PUBLIC)_/.test(value.name) ? value.name : null;
    case "foreign":
      return value.name === "process.env" ? "the whole environment" : null;
    case "rows":
      if (value.query.verb === "create") return null;
      if (value.path === "" || /^\[\]$|^rows(?:\.\[\])?$/.test(value.path)) return wholeRow(value.query, judged);
      return isStoredSecret(value.path) && !isRelation(value.query, value.path) && !isOneTime(judged)
        ? value.path
        : null;
    case "struct":
      for (const [key, inner] of value.props) {
        const found = sent(inner, judged, key, depth + 1);
        if (found !== null) return found;
      }
      for (const spread of value.spreads) {
        const found = sent(spread, judged, name, depth + 1);
        if (found !== null && ![...value.props].some(([key, inner]) => isStoredSecret(key) && inner.k === "literal"))
          return found;
      }
      return null;
    case "list":
      return value.items.map((item) => sent(item, judged, name, depth + 1)).find((found) => found !== null) ?? null;
    case "choice":
      return (
        value.alternatives.map((item) => sent(item.value, judged, name, depth + 1)).find((found) => found !== null) ??
        null
      );
    case "pending":
      return sent(value.value, judged, name, depth + 1);
    case "chain":
      return isSecretName(name) && /decrypt|unseal|reveal/i.test(calledIn(value)) ? name : null;
    case "derived":
      return value.op === "copy" || value.op === "JSON" || value.op === "string" || value.op === "stringify"
        ? value.args[0] === undefined
          ? null
          : sent(value.args[0], judged, name, depth + 1)
        : null;
    default:
      return null;
  }
}

/** `credentials: { select: { id, name } }`: other rows that are called so, and no secret of this one. */
function isRelation({ nested, included }: Query, path: string): boolean {
  const name = path.split(".").findLast((part) => part !== "[]") ?? "";
  return nested.has(name) || included.includes(name);
}

function isStoredSecret(name: string): boolean {
  const last = name.slice(name.lastIndexOf(".") + 1);
  return isSecretName(last) && !/^(?:token|otp|authorization)$/i.test(last);
}

/** Sign-in answers the token it has just made. */
function isOneTime({ entry }: Judged): boolean {
  return /login|sign-?in|token|session|auth|rotate|regenerate|create|reveal|export/i.test(
    `${entry.path ?? ""} ${entry.name}`,
  );
}

/** A row without a list of columns, of a table that is known to hold a secret. */
function wholeRow(query: Query, judged: Judged): string | null {
  for (const relation of query.included) {
    const column = columnsOf(relation, judged)?.[0];
    if (column !== undefined) return `${column} of ${relation}`;
  }
  if (query.selected !== null)
    return query.selected.find((name) => isStoredSecret(name) || isKeyToken(name, query)) ?? null;
  const read = readSecret(query, judged);
  if (read !== null) return `${read} of ${query.table}`;
  const columns = columnsOf(query.table, judged);
  return columns?.[0] === undefined ? null : `${columns[0]} of ${query.table}`;
}

/** The `token` of a table of keys or sessions opens what it names. */
function isKeyToken(name: string, { table }: Query): boolean {
  return (
    /^(?:token|key|value)$/i.test(name) &&
    /api_?keys?|access_?tokens?|credentials?|secrets?|personal_?tokens?/i.test(table)
  );
}

/** A secret column of the same row that the handler itself reads: the table has it. */
function readSecret(query: Query, { trace }: Judged): string | null {
  for (const one of trace.operations) {
    const values =
      one.kind === "call"
        ? one.args
        : one.kind === "test"
          ? [one.value]
          : one.kind === "compare"
            ? [one.left, one.right]
            : [];
    for (const value of values) {
      const found = columnIn(value, query.id);
      if (found !== null) return found;
    }
  }
  return null;
}

function columnIn(value: Value, query: number, depth = 0): string | null {
  if (depth > 4) return null;
  if (value.k === "rows")
    return value.query.id === query &&
      /^(?:\w*password\w*|\w*secret\w*)$/i.test(value.path) &&
      isStoredSecret(value.path)
      ? value.path
      : null;
  const inner =
    value.k === "derived"
      ? value.args
      : value.k === "choice"
        ? value.alternatives.map((one) => one.value)
        : value.k === "list"
          ? value.items
          : [];
  for (const one of inner) {
    const found = columnIn(one, query, depth + 1);
    if (found !== null) return found;
  }
  return null;
}

function columnsOf(table: string, { project }: Judged): readonly string[] | undefined {
  const name = table.toLowerCase();
  return (
    project.secretColumns.get(name) ??
    project.secretColumns.get(name.replace(/s$/, "")) ??
    project.secretColumns.get(`${name}s`)
  );
}
