import { wordsOf } from "../../knowledge/names.ts";
import type { ProjectFile } from "../../project.ts";
import { returnSecret } from "../../rules/catalogue.ts";
import type { Judged, Report } from "../../rules/rule.ts";
import type { Operation } from "../../trace/operation.ts";
import { comparisons, type Query } from "../../values/query.ts";
import type { Value } from "../../values/value.ts";
import { comesUnasked, isKeptBack } from "./kept-back.ts";
import { keptPlain } from "./kept-plain.ts";
import { isHiddenByModel, modelSecret } from "./of-model.ts";
import { resetAnswered } from "./reset-answered.ts";
import { writtenColumn } from "./written-columns.ts";
import { calledIn, isSecretName, isStoredSecret } from "./secret-names.ts";

/** What is sent to the client: columns that hold secrets, and whole rows of tables that have such columns. */
export function answered(body: Value | null, one: Operation, judged: Judged, report: Report): void {
  if (body === null) return;
  const found = sent(body, judged) ?? helped(body, judged) ?? resetAnswered(body, one, judged);
  if (found !== null) report.violated(returnSecret, one.place, `${found} is sent to the client.`, one);
}

/** `return API.v1.success({ app })`, `return jsonResponse(row)`: an answer that code puts together which is not seen. */
function helped(value: Value, judged: Judged): string | null {
  if (value.k === "choice")
    return value.alternatives.map((one) => helped(one.value, judged)).find((found) => found !== null) ?? null;
  const last = value.k === "chain" ? value.steps.at(-1) : undefined;
  if (value.k !== "chain" || last?.kind !== "call" || value.root.k === "rows" || !ANSWERS.test(calledIn(value)))
    return null;
  if (/^(?:send|reply|respond)$/i.test(calledIn(value)) && !isAnswering(value)) return null;
  return last.args.map((arg) => sent(arg, judged)).find((found) => found !== null) ?? null;
}

/** `send(user)`, `ctx.reply.send(user)`; `mailer.send(user)` sends it somewhere else. */
function isAnswering({ root, steps }: Extract<Value, { k: "chain" }>): boolean {
  const members = steps.filter((step) => step.kind === "member").map(({ name }) => name);
  const on = members.at(-2) ?? (members.length === 0 ? null : root.k === "foreign" ? root.name : "");
  return on === null || on === "" || wordsOf(on).some((word) => ANSWERING.test(word));
}
const ANSWERING =
  /^(?:res|resp|responses?|reply|replies|answers?|responder|api|ctx|context|http|json|rest|controller)$/;

/** A name under which something is answered as it is. */
export const ANSWERS =
  /^(?:ok|okay|success|succeed|json|send|reply|respond|created|(?:send|return|reply|respond)_?(?:with)?_?(?:success|ok|json|response|result|data)|(?:success|json|ok|api|http|data|format_?json|create|make|build)_?response)$/i;

function sent(value: Value, judged: Judged, name = "", depth = 0): string | null {
  if (depth > 8) return null;
  switch (value.k) {
    case "env":
      return isSecretName(value.name) && !/^(?:NEXT_PUBLIC|VITE|PUBLIC)_/.test(value.name) ? value.name : null;
    case "foreign":
      return value.name === "process.env" ? "the whole environment" : null;
    case "rows":
      if (value.path === "" && (value.query.selected === null || value.query.verb === "create")) {
        const saved = savedSecret(value.query);
        if (saved !== null) return saved;
      }
      if (value.query.verb === "create" || value.query.verb === "count") return null;
      if (value.path === "" || /^\[\]$|^rows(?:\.\[\])?$/.test(value.path))
        return wholeRow(value.query, judged) ?? (value.path === "" ? wholePeople(value.query, judged) : null);
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
        if (
          found !== null &&
          ![...value.props].some(
            ([key, inner]) => inner.k === "literal" && (isStoredSecret(key) || found.startsWith(`${key} of `)),
          )
        )
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

/** A secret that was written with the very row that is answered. What is shown once, when it is made, has other names. */
function savedSecret({ data, library, verb, selected, table }: Query): string | null {
  if (selected !== null || data?.k !== "struct") return null;
  const gives =
    library === "prisma" ||
    library === "drizzle" ||
    (library === "typeorm" && verb === "upsert") ||
    (verb === "create" && (library === "mongoose" || library === "sequelize"));
  if (!gives) return null;
  const name = [...data.props.keys()].find((one) => KEPT.test(one) && isStoredSecret(one));
  return name === undefined ? null : `${name} of ${table}`;
}
const KEPT =
  /(?:access|refresh|id|session|bearer|auth)_?token$|password|passwd|private_?key$|credentials?$|client_?secret$/i;

/** `credentials: { select: { id, name } }`: other rows that are called so, and no secret of this one. */
function isRelation({ nested, included }: Query, path: string): boolean {
  const name = path.split(".").findLast((part) => part !== "[]") ?? "";
  return nested.has(name) || included.includes(name);
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
    if (isKeptWhole(relation, judged)) return `every column of ${relation}`;
    const unasked = PERSON.test(relation) ? unaskedOf(query, relation, judged) : null;
    if (unasked !== null) return `${unasked} of ${relation}`;
  }
  const asked = query.related?.find(isStoredSecret);
  if (asked !== undefined) return asked;
  if (query.selected !== null && isHiddenByModel(query, judged)) return null;
  if (query.selected !== null)
    return query.selected.find((name) => isStoredSecret(name) || isKeyToken(name, query)) ?? null;
  const stored = storedSecret(query, judged);
  if (stored !== null) return `${stored} of ${query.table}`;
  const plain = keptPlainOf(query, judged);
  if (plain !== null) return `${plain} of ${query.table}`;
  const sealed = ROWS_OF.test(query.library) ? sealedColumn(query.table, judged) : null;
  if (sealed !== null) return `${sealed} of ${query.table}`;
  const unasked = PERSON.test(query.table) ? unaskedOf(query, query.table, judged) : null;
  if (unasked !== null) return `${unasked} of ${query.table}`;
  const read = readSecret(query, judged);
  if (read !== null) return `${read} of ${query.table}`;
  if (ROWS_OF.test(query.library) && isKeptWhole(query.table, judged)) return `every column of ${query.table}`;
  const declared = modelSecret(query, judged);
  if (declared !== null) return `${declared} of ${query.table}`;
  if (keepsTokens(query, judged)) return `Everything that is kept of each of ${query.table}, its tokens among it,`;
  const columns = columnsOf(query.table, judged);
  return columns?.[0] === undefined ? null : `${columns[0]} of ${query.table}`;
}

/** `findMany()` of the keys that the file makes and writes down as they are; a model that leaves them out hides them. */
function keptPlainOf({ table, library }: Query, { entry, project }: Judged): string | null {
  const file = project.file(entry.file);
  if (file === null || !/^(?:prisma|drizzle|knex)$/.test(library)) return null;
  return keptPlain(table, file);
}

/** Libraries whose rows come whole unless columns are named in a way that is read. */
const ROWS_OF = /^(?:prisma|typeorm|sequelize|mongoose)$/;

/** Who is a user of the product, by the names under which they stand in rows of others. */
const PERSON =
  /^(?:\w+_)?(?:users?|authors?|owners?|creators?|created_?by|assignees?|reporters?|senders?|uploaders?|invited_?by|members?|customers?|accounts?|sellers?|buyers?|employees?|students?|doctors?|patients?|persons?|people)$/i;

/** The secret that a person's row holds unless it is left out, as the file itself says elsewhere; Objection's too. */
function unaskedOf({ library, plain }: Query, of: string, { entry, project }: Judged): string | null {
  const file = project.file(entry.file);
  return file !== null && (ROWS_OF.test(library) || (library === "knex" && plain === undefined))
    ? comesUnasked(file, of, project)
    : null;
}

function isKeptWhole(noun: string, { entry, project }: Judged): boolean {
  const file = project.file(entry.file);
  return file !== null && isKeptBack(noun, file);
}

/**
 * All that is kept of each user of a list, their password's hash for one: what comes from the database as it is, past
 * whatever a model hides, where no schema says that there is nothing to hide.
 */
function wholePeople(query: Query, judged: Judged): string | null {
  const { table, verb, selected, where, included } = query;
  if (verb !== "list" || selected !== null || query.plain !== true || judged.project.secretColumns.size > 0)
    return null;
  if (!/^users?$/i.test(table) && !included.some((relation) => USERS.test(relation))) return null;
  // Those who run the product look at all of it.
  if (/admin/i.test(`${judged.entry.path ?? ""} ${judged.entry.file}`)) return null;
  const byOne = comparisons(where).some(
    ({ field, op }) => op === "equal" && /^(?:\w+\.)*(?:_?id|email|username|slug)$/i.test(field),
  );
  return byOne ? null : `Everything that is kept of each of ${table}`;
}

/** By what it is called a row holds what another service lets the server in with; no schema says otherwise. */
function keepsTokens({ library, table, verb, plain }: Query, { project, entry }: Judged): boolean {
  return (
    verb === "list" &&
    (library === "prisma" ? plain === true : ROWS_OF.test(library)) &&
    project.secretColumns.size === 0 &&
    KEEPS_TOKENS.test(table.replace(/([a-z])([A-Z])/g, "$1_$2")) &&
    !/decrypt|unseal|encrypt/i.test(project.file(entry.file)?.text ?? "decrypt") &&
    !isDeclaredInTree(table.replace(/Repository$/, ""), entry.file, project)
  );
}
const KEEPS_TOKENS =
  /^(?:\w+_)?(?:integrations?|credentials?|oauth_?(?:accounts?|tokens?|connections?)|(?:social|linked|connected|external)_?(?:accounts?|connections?|channels?))(?:_Repository)?$/i;

/** A model whose file is there says itself what its rows hold. */
function isDeclaredInTree(model: string, from: string, project: Judged["project"]): boolean {
  for (const [name, binding] of project.file(from)?.module.bindings ?? []) {
    if (binding.kind !== "import" || name.toLowerCase() !== model.toLowerCase()) continue;
    if (project.resolve(from, binding.specifier).kind === "file") return true;
  }
  return false;
}

/** Under these names a relation leads to users in whatever product. */
const USERS = /^(?:user|author|owner|creator|created_?by|assignee|uploader|invited_?by|sender)$/i;

/** `decrypt(credential.key)` of another handler: what has to be opened there is a secret, whatever it is called. */
function sealedColumn(table: string, { entry, project }: Judged): string | null {
  const file = project.file(entry.file);
  if (file === null || table === "" || !/decrypt|unseal/i.test(file.text)) return null;
  let opened = sealed.get(file);
  if (opened === undefined) {
    opened = new Map();
    for (const [, by = "", row = "", column = ""] of file.text.matchAll(OPENED))
      if (OPENS.test(by)) opened.set(nounOf(row), column);
    sealed.set(file, opened);
  }
  return opened.get(nounOf(table)) ?? null;
}
const sealed = new WeakMap<ProjectFile, Map<string, string>>();
const OPENED = /\b(\w+)\(\s*(?:await\s+)?(\w+)[?!]?\.(\w+)/g;
const OPENS = /decrypt|unseal/i;

function nounOf(name: string): string {
  return name.toLowerCase().replaceAll("_", "").replace(/s$/, "");
}

const MACHINES =
  /(?:^|_)(?:controllers?|sensors?|gateways?|meters?|screens?|kiosks?|trackers?|cameras?|locks?|thermostats?|hubs?|nodes?|stations?|probes?|printers?|chargers?|robots?|valves?|appliances?|machines?|beacons?|drones?|inverters?|pumps?|vehicles?|terminals?|plcs?|iot_?devices?)$/i;

/** The `token` of a table of keys or sessions opens what it names. */
function isKeyToken(name: string, { table }: Query): boolean {
  return (
    // To a telephone's `deviceToken` messages are sent; by a machine's own it is let in.
    (/^(?:device|machine|hardware|provision\w*|mqtt|broker)_?(?:token|key|password)$/i.test(name) &&
      MACHINES.test(table.replace(/([a-z])([A-Z])/g, "$1_$2"))) ||
    (/^(?:token|key|value)$/i.test(name) &&
      /api_?keys?|access_?tokens?|credentials?|secrets?|personal_?tokens?/i.test(table))
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

/** A secret that the same file writes into the same table. */
function storedSecret({ table, library, place, verb, plain }: Query, { entry, project }: Judged): string | null {
  const file = project.file(entry.file);
  if (table === "" || file === null) return null;
  if (/^(?:drizzle|knex|kysely)$/.test(library))
    return plain === true && (verb === "read" || verb === "list") ? writtenColumn(table, file) : null;
  // The driver of MongoDB hides nothing by itself, unless the statement leaves it out.
  const asStored =
    (library === "mongoose" || library === "other") &&
    file.text.includes(".insertOne(") &&
    !LEAVES_OUT.test(project.file(place.file)?.text.slice(place.node.start, place.node.end) ?? "");
  if (library !== "prisma" && !asStored) return null;
  const known = written.get(file) ?? new Map<string, string | null>();
  written.set(file, known);
  const before = known.get(table);
  if (before !== undefined) return before;
  const found = writtenSecret(file.text, table);
  known.set(table, found);
  return found;
}

/** By file and table: every handler of the file asks. */
const written = new WeakMap<ProjectFile, Map<string, string | null>>();

const LEAVES_OUT = /projection|fields|select|project/i;

function writtenSecret(text: string, table: string): string | null {
  const writes = [`.${table}.create(`, `.${table}.update(`, `.${table}.upsert(`];
  writes.push(`${table}.insertOne(`, `("${table}").insertOne(`, `('${table}').insertOne(`);
  for (const write of writes) {
    const at = text.indexOf(write);
    if (at === -1) continue;
    const statement = text.slice(at, at + 800).split(/\n\s*\}\);/)[0] ?? "";
    for (const [, name = ""] of withoutRelations(statement).matchAll(/\b(\w+)\s*:/g))
      if (isStoredSecret(name)) return name;
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

/** `credential: { create: { apiKey } }` is written into another row, which need not come with this one. */
function withoutRelations(statement: string): string {
  let left = statement;
  for (let cut = RELATION.exec(left); cut !== null; cut = RELATION.exec(left)) {
    let depth = 0;
    let end = cut.index + cut[0].indexOf("{");
    do {
      if (left[end] === "{") depth += 1;
      else if (left[end] === "}") depth -= 1;
      end += 1;
    } while (depth > 0 && end < left.length);
    left = left.slice(0, cut.index) + left.slice(end);
  }
  return left;
}
const RELATION = /\b\w+\s*:\s*\{\s*(?:create|upsert|connect|connectOrCreate)\b/;
