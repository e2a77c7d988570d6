import type { ProjectFile } from "../../project.ts";
import { missingRole } from "../../rules/catalogue.ts";
import type { Judged, Report } from "../../rules/rule.ts";
import type { Operation } from "../../trace/operation.ts";
import { keyOf } from "../../values/key.ts";
import { clientOf, clientsOf, trustOf } from "../../values/trust.ts";
import type { Value } from "../../values/value.ts";

type ClientValue = Extract<Value, { k: "client" }>;

const GIVEN = /^(?:\w*_)?roles?$|Role$|^(?:permissions?|scopes?|abilities|access_?level)$/;
const HOLDS = /member|invit|user|collaborat|participant|seat|api_?key|access_?key|access_?token|account/i;
/** Above those who may manage others. */
const HIGHEST = /^(?:\w*_)?(?:owner|super_?admin|super_?user|root|sysadmin)$/i;
const LOWER = /^(?:\w*_)?(?:admin|administrator|manager|maintainer|moderator|lead|editor)$/i;

/**
 * A role is handed out that is above the giver's own: administrators are let in beside owners, and what they give may
 * be an owner's; or another function of the file asks whether what is given is theirs to give, and this one does not.
 */
export function aboveOnesOwn({ entry, trace, project }: Judged, report: Report): void {
  if (entry.kind === "page" || entry.framework === "key") return;
  for (const one of trace.operations) {
    if (one.kind !== "query" || !HOLDS.test(one.query.table) || one.facts.has("global")) continue;
    if (one.query.data?.k !== "struct" || !/^(?:create|update|upsert)$/.test(one.query.verb)) continue;
    const given = givenIn(one.query.data, one);
    if (given === null || !one.facts.has("auth") || isAsked(given[1], trace.operations)) continue;
    const file = project.file(one.place.file);
    if (file === null) continue;
    const [column, value] = given;
    const reaches = mayBeHighest(value, column, file);
    const [highest, lower] = reaches ? letIn(one, trace.operations, file) : [null, null];
    if (highest === null || lower === null) continue;
    report.violated(
      missingRole,
      one.sent ?? one.place,
      `Whoever is ${lower} may give ${highest} here: nothing compares the role that is given with the giver's own.`,
      one,
    );
    return;
  }
}

function givenIn(data: Extract<Value, { k: "struct" }>, one: Operation): readonly [string, ClientValue] | null {
  for (const [column, value] of data.props) {
    const said = GIVEN.test(column) ? clientOf(value) : null;
    if (said !== null && (value.k === "client" || value.k === "choice") && trustOf(said, one.facts) === null)
      return [column, said];
  }
  return null;
}

/** Compared with anything but what every such value may be: the giver's rank, the highest role by its name. */
function isAsked(given: ClientValue, operations: readonly Operation[]): boolean {
  const key = keyOf(given);
  const speaks = (value: Value): boolean => clientsOf(value).some((said) => keyOf(said) === key);
  return operations.some((one) => {
    if (one.kind === "compare") {
      const other = speaks(one.left) ? one.right : speaks(one.right) ? one.left : null;
      return other !== null && !isOfType(one.left) && !isOfType(one.right);
    }
    if (one.kind === "call")
      return (
        one.args.some(speaks) &&
        !/^(?:create|update|insert|save|send|log|track|emit|invite|add)/i.test(one.name) &&
        one.args.length > 1
      );
    return (
      (one.kind === "test" || one.kind === "choose") &&
      (one.kind === "test" ? (one.asked ?? [one.value]) : [one.value]).some((value) => speaks(value) && !isShape(value))
    );
  });
}

function isOfType(value: Value): boolean {
  return value.k === "derived" && /^(?:typeof|is-type)$/.test(value.op);
}

/** Of what type it is, whether there is one, or whether it is among a list: no question of whose it is to give. */
function isShape(value: Value): boolean {
  if (value.k === "client") return true;
  if (value.k !== "derived") return false;
  if (/^(?:typeof|is-type|boolean)$/.test(value.op)) return true;
  if (value.op === "includes") return value.args[0]?.k === "list" || value.args[0]?.k === "foreign";
  return /^[!=]==?$|^!$/.test(value.op) && value.args.some(isShape);
}

/** Every schema in the file lets the highest through for that column; any text at all where there is none. */
function mayBeHighest(value: ClientValue, column: string, file: ProjectFile): boolean {
  const name = value.path.slice(value.path.lastIndexOf(".") + 1) || column;
  const lists = listed(file, name);
  // Checked by what is not seen, it may be confined to those that are theirs to give.
  if (lists.length === 0) return !value.checked && value.closed !== true && !SCHEMA.test(file.text);
  return lists.every((list) => list.some((one) => HIGHEST.test(one)));
}

const SCHEMA = /\b(?:z|Joi|joi|yup|Yup|Type|t|v|vine|S)\.\w+\(|schema|dto\b|validat|@Is[A-Z]/i;

const known = new WeakMap<ProjectFile, Map<string, readonly (readonly string[])[]>>();

/** `role: z.enum(["owner", "admin"])`, `role: z.enum(ROLES)`, `role: Joi.string().valid("owner")`, `ROLES.includes(role)`. */
function listed(file: ProjectFile, name: string): readonly (readonly string[])[] {
  const ofFile = known.get(file) ?? new Map<string, readonly (readonly string[])[]>();
  known.set(file, ofFile);
  const before = ofFile.get(name);
  if (before !== undefined) return before;
  const found: string[][] = [];
  const add = (text: string): void => {
    const list = [...text.matchAll(/["'`](\w+)["'`]/g)].map(([, one = ""]) => one);
    if (list.length > 0) found.push(list);
  };
  for (const [, column = "", rest = ""] of file.text.matchAll(LISTED)) {
    if (column !== name) continue;
    const [, constant] = /^\(?\s*([A-Za-z_]\w*)\s*[,)]/.exec(rest) ?? [];
    add(constant === undefined ? rest : listOf(file.text, constant));
  }
  for (const [, constant = "", column = ""] of file.text.matchAll(AMONG))
    if (column === name) add(listOf(file.text, constant));
  ofFile.set(name, found);
  return found;
}
const LISTED =
  /\b(\w+)["']?\s*[:=]\s*(?:\w+(?:\.string\(\))?\s*\.(?:enum|nativeEnum|valid|picklist|oneOf|enums|[uU]nion)|\{[^{}]{0,80}\benum:)\s*(\(?[^)\]]{0,300}(?:\)[^)\]]{0,40}){0,8}[)\]])/g;
const AMONG = /\b([A-Z][A-Z_\d]+)\.(?:includes|has)\(\s*(?:[\w.]+\.)?(\w+)\s*\)/g;

function listOf(text: string, constant: string): string {
  const at = text.indexOf(`${constant} = `);
  return at === -1 ? "" : (text.slice(at, at + 300).split(/[\])]/)[0] ?? "");
}

/** The roles that are let in on the way here: one that is highest, and one below it. */
function letIn(
  one: Operation,
  operations: readonly Operation[],
  file: ProjectFile,
): readonly [string | null, string | null] {
  const roles = new Set<string>();
  for (const other of operations) {
    if (other === one) break;
    if (other.kind === "test") for (const value of other.asked ?? [other.value]) rolesIn(value, roles);
  }
  for (const { file: where, node } of one.within)
    if (where === file.path)
      for (const [, text = ""] of file.text.slice(node.start, node.end).matchAll(ASKED))
        for (const [, role = ""] of text.matchAll(/["'`](\w+)["'`]/g)) roles.add(role);
  const all = [...roles];
  return [all.find((role) => HIGHEST.test(role)) ?? null, all.find((role) => LOWER.test(role)) ?? null];
}
const ASKED =
  /\b(?:require|assert|ensure|has|check|expect|with)\w*(?:Role|Roles|AnyRole|Member|Membership)\w*\(([^;{]{0,200}?)\)\s*[;)]/g;

function rolesIn(value: Value, found: Set<string>, depth = 0): void {
  if (depth > 6) return;
  if (value.k === "choice") for (const one of value.alternatives) rolesIn(one.value, found, depth + 1);
  if (value.k !== "derived") return;
  if (/^(?:[!=]==?|includes)$/.test(value.op) && value.args.some(isRoleOfCaller))
    for (const arg of value.args) addTexts(arg, found);
  else for (const arg of value.args) rolesIn(arg, found, depth + 1);
}

function isRoleOfCaller(value: Value): boolean {
  return (value.k === "rows" || value.k === "principal") && /(?:^|\.)role$/i.test(value.path);
}

function addTexts(value: Value, found: Set<string>): void {
  if (value.k === "literal" && typeof value.value === "string") found.add(value.value);
  else if (value.k === "list") for (const item of value.items) addTexts(item, found);
  else if (value.k === "foreign") found.add(value.name.slice(value.name.lastIndexOf(".") + 1));
  else if (value.k === "chain") {
    const last = value.steps.at(-1);
    if (last?.kind === "member") found.add(last.name);
  }
}
