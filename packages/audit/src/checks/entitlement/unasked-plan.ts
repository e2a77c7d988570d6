import type { Node } from "oxc-parser";
import { asksOfPlan } from "../../knowledge/plans.ts";
import type { ProjectFile } from "../../project.ts";
import { missingPlanCheck } from "../../rules/catalogue.ts";
import type { Judged, Report } from "../../rules/rule.ts";
import type { Operation } from "../../trace/operation.ts";
import type { Query } from "../../values/query.ts";
import { calledName } from "../../syntax/called-name.ts";
import { says } from "../../source/says.ts";
import { isFunction } from "../../syntax/is-function.ts";
import { walk } from "../../syntax/walk.ts";

const MAY_ASK = /plan|feature|quota|subscri|premium|entitle|limit|licen[cs]e/i;
/** By which a row is found or marked, and nobody pays for. */
const FREE =
  /^(?:id|\w*Id|\w+_id|name|title|slug|url|description|archived|deleted\w*|created\w*|updated\w*|status|position|order)$/;

/** What is written down of whatever is done. */
const KEPT_OF_ALL = /audit|log|event|activit|notification|histor|metric|usage/i;

interface Asking {
  readonly node: Node;
  readonly name: string;
  /** Every name in it. */
  readonly words: ReadonlySet<string>;
  readonly makes: boolean;
  /** Nothing else is made in it: that is what the plan is asked for. */
  readonly alone: boolean;
}

/** A write that a neighbour makes only after the plan was asked: the same columns of the same table, or the same new rows. */
export function unaskedPlan({ entry, trace, project }: Judged, report: Report): void {
  if (!/^(?:route|action|procedure|handler)$/.test(entry.kind)) return;
  const file = project.file(entry.file);
  if (file === null || !says(file, MAY_ASK)) return;
  const asking = askingFunctions(file);
  if (asking.size === 0) return;
  const own = file.text.slice(entry.node.start, entry.node.end);
  if (asksItself(own)) return;
  for (const one of trace.operations) {
    if (!one.facts.has("auth") || one.place.file !== entry.file) continue;
    const written = one.kind === "query" ? ofQuery(one.query) : one.kind === "call" ? ofCall(one) : null;
    if (written === null || KEPT_OF_ALL.test(written.into)) continue;
    if (one.kind === "call" && AT_FIRST.test(`${entry.path ?? ""} ${entry.name}`)) continue;
    for (const { node, name, words, makes, alone } of asking.get(written.into) ?? []) {
      if (one.kind === "call" && !alone) continue;
      if (overlaps(node, entry.node) || own.includes(`${name}(`)) continue;
      if (written.makes ? !makes : !written.fields.some((field) => words.has(field))) continue;
      report.violated(
        missingPlanCheck,
        one.place,
        `${name} is asked before a neighbour writes the same of ${written.into}, and not here.`,
        one,
      );
      return;
    }
  }
}

/** What everybody begins with, whatever they pay. */
const AT_FIRST = /onboard|set-?up|seed|default|initial|first|welcome|demo|example|sample/i;

interface Written {
  /** The table, the service, or the function that is not seen. */
  readonly into: string;
  readonly makes: boolean;
  readonly fields: readonly string[];
}

function ofQuery({ table, verb, data }: Query): Written | null {
  if (!/^(?:create|update|upsert)$/.test(verb) || data?.k !== "struct") return null;
  return { into: table, makes: verb === "create", fields: [...data.props.keys()].filter((name) => !FREE.test(name)) };
}

/** `webhookService.create(…)`, `createWebhook(…)` of code that is not seen; what is only changed says too little there. */
function ofCall({ name, path, origin }: Extract<Operation, { kind: "call" }>): Written | null {
  if (origin === "global" || !MAKES.test(name)) return null;
  const receiver = path.split(".").at(-2) ?? "";
  if (/^(?:create|insert)[A-Z]/.test(name)) return { into: name, makes: true, fields: [] };
  return receiver === "" || NO_TABLE.test(receiver) ? null : { into: receiver, makes: true, fields: [] };
}
const MAKES = /^(?:create|insert)(?![a-z])/;
/** Services of other companies, and what makes something to be used at once. */
const NO_TABLE =
  /stripe|client|session|token|checkout|mail|axios|http|object|factory|schema|builder|document|prisma|^db$/i;

/** It asks of a plan or a limit in its own way. */
function asksItself(own: string): boolean {
  return /\b(?:plan|quota|limits?|subscription|entitlements?|premium|usage|features?)\b/i.test(own);
}

function overlaps(one: Node, other: Node): boolean {
  return one.start < other.end && other.start < one.end;
}

/** `createLink(…)`, `prisma.link.update(…)`, `db.insert(links)` */
const WRITES =
  /\b(?:(?<=[\s(])((?:create|insert)[A-Z]\w{1,60})\(|(\w{1,80})\.(create\w{0,20}|update\w{0,20}|upsert\w{0,20}|insert\w{0,20})\(\s{0,40}(\w{0,80}))/g;
/** More neighbours than these say nothing more. */
const MAX_ASKING = 20;

type ByTable = ReadonlyMap<string, readonly Asking[]>;
const known = new WeakMap<ProjectFile, ByTable>();

/** By the tables they write, the outermost functions of a file in which a call asks for a plan as a statement of its own. */
function askingFunctions(file: ProjectFile): ByTable {
  const before = known.get(file);
  if (before !== undefined) return before;
  const found = new Map<string, Asking[]>();
  let outer: Node | null = null;
  let taken: Node | null = null;
  for (const node of walk(file.syntax.program)) {
    if (isFunction(node) && (outer === null || node.start >= outer.end)) outer = node;
    if (outer === null || outer === taken || node.type !== "ExpressionStatement" || node.end > outer.end) continue;
    const call = node.expression.type === "AwaitExpression" ? node.expression.argument : node.expression;
    if (call.type !== "CallExpression") continue;
    const name = calledName(call);
    if (!/^(?:throwIf|assert|ensure|require|check|enforce|guard|verify)/.test(name)) continue;
    if (!asksOfPlan(name) && !/\.(?:plan|subscription|tier)\b/.test(file.text.slice(call.start, call.end))) continue;
    taken = outer;
    add(file.text.slice(outer.start, outer.end), outer, name, found);
  }
  known.set(file, found);
  return found;
}

function add(said: string, node: Node, name: string, found: Map<string, Asking[]>): void {
  const tables = new Map<string, boolean>();
  for (const [, called, owner = "", method = "", into = ""] of said.matchAll(WRITES)) {
    if (called !== undefined) {
      tables.set(called, true);
      continue;
    }
    const makes = /^(?:create|insert)/.test(method);
    for (const table of [owner, into]) tables.set(table, makes || tables.get(table) === true);
  }
  const words = new Set(said.match(/[\w$]+/g));
  const made = [...tables].filter(([table, makes]) => makes && table !== "" && !KEPT_OF_ALL.test(table));
  const alone = made.length === 1;
  for (const [table, makes] of tables) {
    const list = found.get(table) ?? [];
    if (list.length < MAX_ASKING) list.push({ node, name, words, makes, alone });
    found.set(table, list);
  }
}
