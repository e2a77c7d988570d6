import type { Node } from "oxc-parser";
import { wordsOf } from "../../knowledge/names.ts";
import { asksOfPlan } from "../../knowledge/plans.ts";
import type { ProjectFile } from "../../project.ts";
import { missingPlanCheck } from "../../rules/catalogue.ts";
import type { Judged, Report } from "../../rules/rule.ts";
import { perFile } from "../../source/per-file.ts";
import { says } from "../../source/says.ts";
import { calledName } from "../../syntax/called-name.ts";
import { isFunction } from "../../syntax/is-function.ts";
import { walk, walkOwn } from "../../syntax/walk.ts";
import type { Operation } from "../../trace/operation.ts";
import { declaredBy } from "../../syntax/declared.ts";

const MAY_ASK = /feature|entitle|plan|premium|subscri|licen[cs]e|quota/i;
/** It asks of what is paid for in a way of its own. */
const ASKS =
  /\b(?:plan|plans|quota|limits?|subscription\w*|entitle\w*|premium|features?|billing|licen[cs]e)\b|\b402\b|payment_?required/i;

/** A question of the plan by which a handler goes on or ends, and the feature it is asked about. */
interface Gate {
  readonly region: Node;
  readonly name: string;
  readonly feature: string;
  /** What is called after it was asked. */
  readonly calls: ReadonlySet<string>;
  /** Of what rows are listed after it was asked. */
  readonly lists: ReadonlySet<string>;
}

/**
 * `if (!(await hasFeature(org, "export"))) return paymentRequired()` stands before one way to take a whole list out; the
 * other way out, which is called by that feature's name too and reads the same, asks nothing.
 */
export function unaskedRead({ entry, trace, project }: Judged, report: Report): void {
  if (!/^(?:route|action|procedure|handler)$/.test(entry.kind)) return;
  const file = project.file(entry.file);
  if (file === null || !says(file, MAY_ASK)) return;
  const own = file.text.slice(entry.node.start, entry.node.end);
  const named = new Set(wordsOf(`${entry.path ?? ""} ${entry.name}`.replace(/\W+/g, "_")).map(stemOf));
  const gates = gatesOf(file).filter(({ feature, region }) => named.has(feature) && isApart(region, entry.node));
  if (gates.length === 0 || ASKS.test(own) || asksInside(entry.node)) return;
  for (const one of trace.operations) {
    if (one.kind !== "query" || one.query.verb !== "list" || !one.facts.has("auth")) continue;
    const isHere = entry.node.start < one.place.node.start && one.place.node.end <= entry.node.end;
    const by = isHere ? null : callOf(functionAround(file, one), entry.node);
    if (!isHere && by === null) continue;
    const gate = gates.find(({ calls, lists }) =>
      by === null ? lists.has(one.query.table) : calls.has(calledName(by)),
    );
    if (gate === undefined) continue;
    report.violated(
      missingPlanCheck,
      by === null ? one.place : { file: entry.file, node: by },
      `${gate.name} is asked before a neighbour takes out the same of ${one.query.table}, and not here.`,
      one,
    );
    return;
  }
}

/** The function at the top of the file that holds it: `async function answersOf(…) { return prisma… }`. */
function functionAround({ path, syntax }: ProjectFile, { place }: Operation): string {
  if (place.file !== path) return "";
  const around = syntax.program.body.find(({ start, end }) => start <= place.node.start && place.node.end <= end);
  const declared = around === undefined ? null : declaredBy(around);
  if (declared?.type === "FunctionDeclaration") return declared.id?.name ?? "";
  const [first] = declared?.type === "VariableDeclaration" ? declared.declarations : [];
  return first?.id.type === "Identifier" ? first.id.name : "";
}

function callOf(name: string, within: Node): Node | null {
  if (name === "") return null;
  for (const one of walk(within)) if (one.type === "CallExpression" && calledName(one) === name) return one;
  return null;
}

function isApart(one: Node, other: Node): boolean {
  return one.end <= other.start || other.end <= one.start;
}

function asksInside(node: Node): boolean {
  for (const one of walk(node)) if (one.type === "CallExpression" && asksOfPlan(calledName(one))) return true;
  return false;
}

const gatesOf = perFile((file: ProjectFile): readonly Gate[] => {
  const found: Gate[] = [];
  const regions: Node[] = [];
  for (const node of walk(file.syntax.program)) {
    if (isFunction(node)) regions.push(node);
    const asked =
      node.type === "IfStatement" && leaves(node.consequent)
        ? node.test
        : node.type === "ExpressionStatement"
          ? node.expression
          : null;
    if (asked === null) continue;
    const question = questionIn(asked);
    const region =
      question === null ? undefined : regions.findLast((one) => one.start < node.start && node.end < one.end);
    if (question !== null && region !== undefined) found.push({ ...question, region, ...doneAfter(region, node.end) });
  }
  return found;
});

/** `hasFeature(org, "export")`, `assertPlanAllows(team.plan, Feature.EXPORT)` */
function questionIn(asked: Node): { readonly name: string; readonly feature: string } | null {
  for (const one of walkOwn(asked)) {
    const name = one.type === "CallExpression" ? calledName(one) : "";
    if (one.type !== "CallExpression" || name === "" || !asksOfPlan(name)) continue;
    for (const arg of one.arguments) {
      const said =
        arg.type === "Literal" && typeof arg.value === "string"
          ? arg.value
          : arg.type === "MemberExpression" && arg.object.type === "Identifier" && arg.property.type === "Identifier"
            ? /feature|plan|entitle/i.test(arg.object.name)
              ? arg.property.name
              : ""
            : "";
      const feature = wordsOf(said.replace(/\W+/g, "_"))
        .map(stemOf)
        .find((word) => TAKES_OUT.test(word));
      if (feature !== undefined) return { name, feature };
    }
  }
  return null;
}
/** A feature that takes a whole list out, which nobody has by looking at it page by page. */
const TAKES_OUT = /^(?:export|download|report|analytic|insight|backup|archive|audit|csv|pdf)$/;

function stemOf(word: string): string {
  return word.toLowerCase().replace(/(?:ing|er|s)$/, "");
}

function doneAfter(region: Node, from: number): Pick<Gate, "calls" | "lists"> {
  const calls = new Set<string>();
  const lists = new Set<string>();
  for (const node of walk(region)) {
    if (node.type !== "CallExpression" || node.start < from) continue;
    const { callee } = node;
    if (callee.type === "Identifier") calls.add(callee.name);
    if (callee.type !== "MemberExpression" || callee.property.type !== "Identifier") continue;
    // `prisma.response.findMany(…)`, `.from(responses)`
    if (callee.object.type === "MemberExpression" && callee.object.property.type === "Identifier") {
      if (/^(?:findMany|findAll|find|list)$/.test(callee.property.name)) lists.add(callee.object.property.name);
    } else if (callee.property.name === "from" && node.arguments[0]?.type === "Identifier")
      lists.add(node.arguments[0].name);
  }
  return { calls, lists };
}

/** It ends there: an answer or an error. */
function leaves(node: Node): boolean {
  if (node.type !== "BlockStatement") return node.type === "ReturnStatement" || node.type === "ThrowStatement";
  const last = node.body.at(-1);
  return last !== undefined && leaves(last);
}
