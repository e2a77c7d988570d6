import type { Node } from "oxc-parser";
import { asksOfPlan } from "../knowledge/plans.ts";
import type { ProjectFile } from "../project.ts";
import { missingPlanCheck } from "../rules/catalogue.ts";
import type { Judged, Report } from "../rules/rule.ts";
import { calledName } from "../syntax/called-name.ts";
import { isFunction } from "../syntax/is-function.ts";
import { walk } from "../syntax/walk.ts";

const MAY_ASK = /plan|feature|quota|subscri|premium|entitle|limit|licen[cs]e/i;
/** By which a row is found or marked, and nobody pays for. */
const FREE =
  /^(?:id|\w*Id|\w+_id|name|title|slug|url|description|archived|deleted\w*|created\w*|updated\w*|status|position|order)$/;

/** What is written down of whatever is done. */
const KEPT_OF_ALL = /audit|log|event|activit|notification|histor|metric|usage/i;

interface Asking {
  readonly node: Node;
  readonly name: string;
}

/** A write that a neighbour makes only after the plan was asked: the same columns of the same table, or the same new rows. */
export function unaskedPlan({ entry, trace, project }: Judged, report: Report): void {
  if (!/^(?:route|action|procedure|handler)$/.test(entry.kind)) return;
  const file = project.file(entry.file);
  if (file === null || !MAY_ASK.test(file.text)) return;
  const own = file.text.slice(entry.node.start, entry.node.end);
  for (const one of trace.operations) {
    if (one.kind !== "query" || !/^(?:create|update|upsert)$/.test(one.query.verb) || one.query.data?.k !== "struct")
      continue;
    if (!one.facts.has("auth") || one.place.file !== entry.file) continue;
    const { table, verb, data } = one.query;
    if (KEPT_OF_ALL.test(table)) continue;
    const paid = [...data.props.keys()].filter((name) => !FREE.test(name));
    for (const { node, name } of askingFunctions(file)) {
      if (overlaps(node, entry.node) || new RegExp(`\\b${name}\\b`).test(own) || asksItself(own)) continue;
      const said = file.text.slice(node.start, node.end);
      if (!writesTo(said, table, verb)) continue;
      if (verb !== "create" && !paid.some((field) => new RegExp(`\\b${field}\\s*[:,}]`).test(said))) continue;
      report.violated(
        missingPlanCheck,
        one.place,
        `${name} is asked before a neighbour writes the same of ${table}, and not here.`,
        one,
      );
      return;
    }
  }
}

/** It asks of a plan or a limit in its own way. */
function asksItself(own: string): boolean {
  return /\b(?:plan|quota|limits?|subscription|entitlements?|premium|usage|features?)\b/i.test(own);
}

function overlaps(one: Node, other: Node): boolean {
  return one.start < other.end && other.start < one.end;
}

function writesTo(said: string, table: string, verb: string): boolean {
  const write = verb === "create" ? "create|insert" : "create|update|upsert|insert";
  return new RegExp(
    `\\b${table.replace(/[^\w]/g, ".")}\\.(?:${write})|\\b(?:insert|update)\\(\\s*${table.replace(/[^\w]/g, ".")}\\b`,
  ).test(said);
}

const known = new WeakMap<ProjectFile, readonly Asking[]>();

/** The outermost functions of a file in which a call asks for a plan as a statement of its own. */
function askingFunctions(file: ProjectFile): readonly Asking[] {
  const before = known.get(file);
  if (before !== undefined) return before;
  const found: Asking[] = [];
  let outer: Node | null = null;
  for (const node of walk(file.syntax.program)) {
    if (isFunction(node) && (outer === null || node.start >= outer.end)) outer = node;
    if (outer === null || node.type !== "ExpressionStatement" || node.end > outer.end) continue;
    const call = node.expression.type === "AwaitExpression" ? node.expression.argument : node.expression;
    if (call.type !== "CallExpression") continue;
    const name = calledName(call);
    const given = file.text.slice(call.start, call.end);
    if (
      /^(?:throwIf|assert|ensure|require|check|enforce|guard|verify)/.test(name) &&
      (asksOfPlan(name) || /\.(?:plan|subscription|tier)\b/.test(given)) &&
      !found.some((one) => one.node === outer)
    )
      found.push({ node: outer, name });
  }
  known.set(file, found);
  return found;
}
