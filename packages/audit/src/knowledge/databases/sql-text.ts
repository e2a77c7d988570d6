import type { Condition, Verb } from "../../values/query.ts";
import { LEFT_OUT, type Value } from "../../values/value.ts";

/** What a statement's text says of it. Parameters are `$1`, `?`, `:name` or the values of a tagged template. */
export interface Statement {
  readonly table: string;
  readonly verb: Verb;
  readonly where: Condition | null;
  readonly data: Value | null;
}

const MARK = "\u0001";

/** Text and values of a template, the values marked in the text by their place. */
export function statementOf(text: Value, values: readonly Value[]): Statement | null {
  const inline: Value[] = [];
  const lasting = values.filter((value) => !isOnSomeWaysOnly(value));
  const whole = textOf(text, inline);
  if (whole === null) return null;
  const trimmed = whole.trim();
  const [, keyword = ""] = /^(?:with\b[\s\S]*?\)\s*)?(select|insert|update|delete|merge)\b/i.exec(trimmed) ?? [];
  if (keyword === "") return null;
  const table = /\b(?:from|into|update)\s+(?:only\s+)?["`]?([\w.]+)["`]?/i.exec(trimmed)?.[1] ?? "";
  const verbs: Readonly<Record<string, Verb>> = {
    select: "list",
    insert: "create",
    update: "update",
    delete: "delete",
    merge: "upsert",
  };
  const verb = verbs[keyword.toLowerCase()] ?? "raw";
  const parameter = (mark: string, order: () => number): Value | undefined => {
    if (mark.startsWith(MARK)) return inline[Number(mark.slice(1))];
    if (/^\$\d/.test(mark)) return values[Number(mark.slice(1)) - 1];
    if (mark === "?") return lasting[order()];
    return namedIn(values[0], mark.slice(1));
  };
  const whereAt = trimmed.search(/\bwhere\b/i);
  let seen = 0;
  const before = whereAt === -1 ? trimmed : trimmed.slice(0, whereAt);
  const questions = (before.match(/\?/g) ?? []).length;
  seen = questions;
  const condition =
    whereAt === -1
      ? joined(before, parameter)
      : alsoJoined(
          before,
          parameter,
          read(trimmed.slice(whereAt + 5), (mark) => parameter(mark, () => seen++)),
        );
  let order = 0;
  const data: Value | null =
    verb === "create"
      ? (insertedBy(trimmed, (mark) => parameter(mark, () => order++)) ?? { k: "list", items: [...inline, ...values] })
      : verb === "update"
        ? { k: "list", items: [...inline, ...values] }
        : null;
  return { table, verb: /\bcount\s*\(/i.test(before) && verb === "list" ? "count" : verb, where: condition, data };
}

/** `:name` of `{ replacements }`, whichever of them were added on the way. */
function namedIn(values: Value | undefined, name: string): Value | undefined {
  if (values?.k === "choice")
    return values.alternatives.map((one) => namedIn(one.value, name)).find((found) => found !== undefined);
  if (values?.k !== "struct") return undefined;
  const given = values.props.get("replacements") ?? values.props.get("bind");
  return given === undefined ? values.props.get(name) : namedIn(given, name);
}

/** `insert into t (a, b) values ($1, now())`: the columns with their values; null where they cannot be told apart. */
function insertedBy(text: string, parameter: (mark: string) => Value | undefined): Value | null {
  const [, columns = "", rest = ""] =
    /^insert\s+(?:or\s+\w+\s+)?into\s+[\w."`]+\s*\(([^()]*)\)\s*values\s*\(([\s\S]*)$/i.exec(text) ?? [];
  if (columns === "") return null;
  const names = columns.split(",").map((name) => name.replace(/["`\s]/g, ""));
  const parts: string[] = [""];
  let depth = 0;
  for (const letter of rest) {
    if (letter === ")" && depth === 0) break;
    if (letter === "," && depth === 0) {
      parts.push("");
      continue;
    }
    depth += letter === "(" ? 1 : letter === ")" ? -1 : 0;
    parts[parts.length - 1] += letter;
  }
  if (parts.length !== names.length) return null;
  const props = new Map<string, Value>();
  for (const [at, part] of parts.entries()) {
    const mark = /^(\u0001\d+|\$\w+|\?|:\w+|@\w+)(?:::\w+)?$/.exec(part.trim())?.[1];
    const value = mark === undefined ? undefined : parameter(mark);
    props.set(names[at] ?? "", value ?? { k: "literal", value: part.trim() });
  }
  return { k: "struct", props, spreads: [], node: null };
}

/** Conditions of joins alone: `join members m on m.user_id = $1`. */
function joined(text: string, parameter: (mark: string, order: () => number) => Value | undefined): Condition | null {
  if (!/\bjoin\b/i.test(text)) return null;
  let at = 0;
  const found = read(text, (mark) => parameter(mark, () => at++));
  return found.kind === "all" && found.of.length === 0 ? null : found;
}

/** `join vessels v on v.id = p.vessel_id and v.fleet_id = $2 where p.id = $1`: only what has such a row beside it is found. */
function alsoJoined(
  text: string,
  parameter: (mark: string, order: () => number) => Value | undefined,
  condition: Condition,
): Condition {
  const on = /\b(?:left|right|full|cross)\b|\bset\b/i.test(text) ? null : joined(text, parameter);
  return on === null ? condition : { kind: "all", of: [condition, on] };
}

const COMPARISON =
  /(?<![\w."`])([\w."`]+)(?:\s*::\w+)?\s*(=|in\b|any\b)\s*(?:\(\s*)?(?:any\s*\(\s*)?(\u0001\d+|\$\w+|\?|:\w+|@\w+)/gi;

function read(text: string, parameter: (mark: string) => Value | undefined): Condition {
  const of: Condition[] = [];
  // Conditions that are put together elsewhere: `WHERE ${conditions.join(" AND ")}`.
  const loose = /^\s*(?:\(\s*)?(\u0001\d+)|\b(?:and|where)\s+(\u0001\d+)\b(?!\s*=)/i.exec(text);
  const made = loose === null ? undefined : parameter(loose[1] ?? loose[2] ?? "");
  if (made !== undefined) of.push({ kind: "unknown", value: made });
  for (const match of text.matchAll(COMPARISON)) {
    const [, column = "", op = "=", mark = ""] = match;
    const value = parameter(mark);
    if (value !== undefined) {
      const field = column.replace(/["`]/g, "").split(".").at(-1) ?? "";
      of.push({ kind: "compare", field, op: op === "=" ? "equal" : "in", value });
    }
  }
  // A setting of the session is the tenant by which the database itself confines.
  if (/current_setting\s*\(|auth\.uid\s*\(|auth\.jwt\s*\(/i.test(text))
    of.push({
      kind: "compare",
      field: "session",
      op: "equal",
      value: { k: "principal", path: "session", sure: true, origin: null },
    });
  // An OR beside the tenant's condition undoes it, unless it is inside brackets of its own.
  if (/\bor\b/i.test(withoutBrackets(text)) && of.length > 1) return { kind: "any", of };
  return { kind: "all", of };
}

function withoutBrackets(text: string): string {
  let before = text;
  for (let turn = 0; turn < 20; turn++) {
    const after = before.replace(/\([^()]*\)/g, "");
    if (after === before) break;
    before = after;
  }
  return before;
}

/** The text of a statement; what is put into it is marked. Null when nothing of it is known. */
export function textOf(value: Value, inline: Value[], depth = 0): string | null {
  if (depth > 6) return null;
  switch (value.k) {
    case "literal":
      return typeof value.value === "string" ? value.value : null;
    case "derived": {
      if (value.op === "tagged") {
        const [texts, ...inner] = value.args;
        const parts = texts?.k === "list" ? texts.items : [];
        return parts
          .map((part, at) => {
            const text = part.k === "literal" ? String(part.value) : "";
            const next = inner[at];
            return next === undefined ? text : text + marked(next, inline, depth);
          })
          .join("");
      }
      if (value.op === "template" || value.op === "+")
        return value.args.map((arg) => pieceOf(arg, inline, depth)).join("");
      if (value.op === "join") return joinedText(value.args, inline, depth);
      if (value.op === "string") return value.args[0] === undefined ? null : textOf(value.args[0], inline, depth + 1);
      return null;
    }
    case "choice":
      return textInAnyCase(value, inline, depth);
    case "struct": {
      const text = value.props.get("text") ?? value.props.get("sql");
      return text === undefined ? null : textOf(text, inline, depth + 1);
    }
    default:
      return null;
  }
}

/** `sql += " and state = $2"`: a part of the text that is text itself, or else the mark of a value. */
function pieceOf(value: Value, inline: Value[], depth: number): string {
  if (value.k === "literal") return String(value.value);
  const isText = (one: Value): boolean =>
    (one.k === "literal" && typeof one.value === "string") ||
    (one.k === "derived" && /^(?:\+|template|join)$/.test(one.op)) ||
    (one.k === "choice" && one.alternatives.every((each) => isText(each.value)));
  if (!isText(value)) return marked(value, inline, depth);
  return textOf(value, inline, depth + 1) ?? marked(value, inline, depth);
}

/** `clauses.join(" and ")`, without those that are there on some ways only. */
function joinedText([list, between]: readonly Value[], inline: Value[], depth: number): string | null {
  if (list?.k !== "list") return null;
  const parts = list.items.filter((item) => !isOnSomeWaysOnly(item)).map((item) => pieceOf(item, inline, depth));
  return parts.join(between?.k === "literal" ? String(between.value) : ",");
}

/**
 * Of a text that may have grown on the way, what it says in any case: the shortest. What those with a role are not asked
 * is asked of all others.
 */
function textInAnyCase(value: Extract<Value, { k: "choice" }>, inline: Value[], depth: number): string | null {
  const others = value.alternatives.filter((one) => !one.facts.has("role"));
  let shortest: string | null = null;
  for (const one of others.length === 0 ? value.alternatives : others) {
    const text = textOf(one.value, inline, depth + 1);
    if (text !== null && (shortest === null || text.length < shortest.length)) shortest = text;
  }
  return shortest;
}

function isOnSomeWaysOnly(value: Value | undefined): boolean {
  return value?.k === "choice" && value.alternatives.some((one) => one.value === LEFT_OUT);
}

function marked(value: Value, inline: Value[], depth: number): string {
  // Fragments of SQL inside SQL: sql`… where ${sql`a = ${x}`}`.
  const args =
    value.k === "chain" && value.steps.length <= 2
      ? value.steps.flatMap((step) => (step.kind === "call" ? [...step.args] : []))
      : [];
  const [only] = args;
  if (only?.k === "derived" && only.op === "tagged") return textOf(only, inline, depth + 1) ?? "";
  inline.push(value);
  return `${MARK}${inline.length - 1}`;
}
