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
import { children, walk } from "../../syntax/walk.ts";
import type { Operation } from "../../trace/operation.ts";
import { clientOf } from "../../values/trust.ts";
import type { Value } from "../../values/value.ts";

/** What has been paid for is asked. */
const OF_PLAN =
  /\.(?:plan|plan_?(?:name|type|tier|id)|tier|subscription\w*|is_?(?:pro|premium|paid))\b|\b(?:PAID|PRO|PREMIUM|BUSINESS|ENTERPRISE)_[A-Z_]+\b|\b(?:is|on|has)_?(?:Pro|Paid|Premium|Free|Business|Enterprise)(?:Plan|Tier|User|Team)?\b|\bhas(?:Feature|Plan|Entitlement|Subscription)\w*\(|\b\w*[hH]as(?:Premium|Paid|Pro|Commercial|Enterprise|Licensed?)(?![a-z])\w*\(|\b(?:plan|tier)\s*[!=]==?\s*["'`]|\.includes\(\s*(?:\w+[?!]?\.)*(?:plan|tier)\b/;
/** It may be asked in a way of its own. */
export const ASKS =
  /\b(?:plan|plans|tier|quota|limits?|subscription\w*|entitle\w*|premium|upgrade)\b|\b(?:PAID|PRO|PREMIUM)_|\b\w*(?:[iI]s|[oO]n|[hH]as)_?(?:Pro|Paid|Premium|Free|Commercial|Enterprise|Licen[cs]ed?)(?![a-z])|hasFeature|\b(?:validate|check|assert|ensure|enforce|guard|verify|strip|limit|allow)\w*(?:Settings?|Features?|Options?|Plan|Fields?|Limits?|Paid|Update|Changes)\w*\(/i;
/** The plan itself, and what every test is made of. */
const NO_SETTING =
  /^(?:plan|tier|subscription\w*|includes|has|some|every|length|team|workspace|organi[sz]ation|org|user|account|company|project|id|name|status|role|method|body|data|true|false|undefined|null|is_?(?:pro|premium|paid)\w*)$/i;

interface Gate {
  readonly node: Node;
  /** The function, or the branch for one method, it stands in. */
  readonly region: Node;
  /** What it names besides the plan: the settings that are paid for. */
  readonly settings: ReadonlySet<string>;
}

/**
 * `if (settings.watermark && !PAID.includes(team.plan)) return 403` stands before one write: another that stores the same
 * setting of the client's, and asks nothing of the plan, gives it away.
 */
export function unaskedSetting({ entry, trace, project }: Judged, report: Report): void {
  if (!/^(?:route|action|procedure|handler)$/.test(entry.kind)) return;
  const file = project.file(entry.file);
  if (file === null || !(says(file, OF_PLAN) || says(file, ASKS_TO_PAY) || says(file, DEMANDS))) return;
  const gates = gatesOf(file);
  if (gates.length === 0) return;
  for (const one of trace.operations) {
    const stored = storedBy(one);
    if (stored.length === 0 || !one.facts.has("auth") || one.place.file !== entry.file) continue;
    if (one.facts.has("role") && /admin/i.test(`${entry.path ?? ""} ${entry.file}`)) continue;
    const gate = gates.find(
      ({ settings, region }) =>
        stored.some((each) => settingOf(each, settings) !== null) &&
        (one.kind !== "call" || isOfSame(one, file.text.slice(region.start, region.end))),
    );
    if (gate === undefined) continue;
    const region = regionOf(file, one.place.node);
    const asks = (other: Gate): boolean =>
      (region !== null && holds(region, other.node)) ||
      (holds(other.region, one.place.node) && other.node.end <= one.place.node.start);
    if (region === null || gates.some(asks)) continue;
    // A helper that both of them call writes for both: who called it has asked, or has not.
    if (!holds(entry.node, one.place.node) || ASKS.test(file.text.slice(region.start, region.end))) continue;
    const setting = stored.map((each) => settingOf(each, gate.settings)).find((name) => name !== null) ?? "";
    const { node } = one.place;
    // What is handed on whole says nothing of it there: it is the question that is missing.
    const isNamedThere = one.kind === "query" || file.text.slice(node.start, node.end).includes(setting);
    report.violated(
      missingPlanCheck,
      isNamedThere ? one.place : { file: entry.file, node: entry.node },
      `${setting} is let through by the plan elsewhere in this file; here it is stored as the client says.`,
      one,
    );
    return;
  }
}

/** What a statement writes, or what code that is not seen is given to write. */
function storedBy(one: Operation): readonly Value[] {
  if (one.kind === "query")
    return /^(?:create|update|upsert)$/.test(one.query.verb) && one.query.data?.k === "struct" ? [one.query.data] : [];
  if (one.kind !== "call" || one.origin === "global") return [];
  const writes = wordsOf(one.name).some((word) =>
    /^(?:create|add|insert|update|upsert|set|save|edit|patch)$/.test(word),
  );
  return writes ? one.args.filter((arg) => arg.k === "struct" || isWholeBody(arg)) : [];
}

/** Which of them is in it as the client says. */
function settingOf(stored: Value, settings: ReadonlySet<string>): string | null {
  if (isWholeBody(stored)) return [...settings][0] ?? null;
  if (stored.k !== "struct") return null;
  for (const [name, value] of stored.props) if (settings.has(name) && clientOf(value) !== null) return name;
  for (const spread of stored.spreads) {
    const found = settingOf(spread, settings);
    if (found !== null) return found;
  }
  return null;
}

function isWholeBody(value: Value): boolean {
  return value.k === "client" && value.part === "body" && value.path === "";
}

/** `updateSavedGroupById` where the gate stands before `createSavedGroup`; `groups.update` before `groups.create`. */
function isOfSame({ name, path }: Extract<Operation, { kind: "call" }>, beside: string): boolean {
  const words = wordsOf(name).slice(1);
  const by = words.findIndex((word) => /^(?:by|for|with|in|of|from)$/.test(word));
  const own = (by === -1 ? words : words.slice(0, by)).join("");
  const receiver = path.split(".").at(-2) ?? "";
  const noun = (
    own === "" ? receiver.replace(/_?(?:service|repo|repository|store|model|dao)s?$/i, "") : own
  ).toLowerCase();
  return noun.length > 2 && beside.toLowerCase().replaceAll("_", "").includes(noun.replace(/s$/, ""));
}

const gatesOf = perFile((file: ProjectFile): readonly Gate[] => {
  const found: Gate[] = [];
  for (const node of walk(file.syntax.program)) {
    if (node.type !== "IfStatement") continue;
    const asked = file.text.slice(node.test.start, node.test.end);
    const refused = file.text.slice(node.consequent.start, node.consequent.end);
    if (
      !(leaves(node.consequent) && (OF_PLAN.test(asked) || ASKS_TO_PAY.test(refused))) &&
      !demandsPlan(node.consequent)
    )
      continue;
    const region = regionOf(file, node);
    const settings = settingsIn(node.test);
    if (region !== null && settings.size > 0) found.push({ node, region, settings });
  }
  return found;
});

/** "Scheduling requires a Pro plan.", with 402 */
const ASKS_TO_PAY = /\b402\b|payment_?required/i;

const DEMANDS =
  /\b(?:throwIf|assert|ensure|require|check|enforce|guard|verify)\w*(?:Plan|Feature|Entitle|Quota|Subscri|Premium|Licen|Tier|Paid)/i;

/** `if (body.schedule) await assertPlanAllows(org, "schedule")` */
function demandsPlan(node: Node): boolean {
  if (node.type === "BlockStatement") return node.body.some(demandsPlan);
  if (node.type !== "ExpressionStatement") return false;
  const name = calledName(node.expression.type === "AwaitExpression" ? node.expression.argument : node.expression);
  return /^(?:throwIf|assert|ensure|require|check|enforce|guard|verify)/.test(name) && asksOfPlan(name);
}

/** It ends there: an answer or an error. */
export function leaves(node: Node): boolean {
  if (node.type !== "BlockStatement") return node.type === "ReturnStatement" || node.type === "ThrowStatement";
  const last = node.body.at(-1);
  return last !== undefined && leaves(last);
}

/** `enableWatermark` of `settings.enableWatermark`, `body.data.customDomain`, or by itself. */
function settingsIn(test: Node): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (node: Node): void => {
    if (node.type === "CallExpression") {
      // What the plan is looked for in, or asked with, is no setting.
      for (const argument of node.arguments) if (argument.type === "ConditionalExpression") visit(argument);
      return;
    }
    if (node.type === "MemberExpression") {
      if (node.computed || node.property.type !== "Identifier") return;
      // Whether there are any; how many there may be is another matter.
      if (node.property.name === "length" && node.object.type === "MemberExpression") visit(node.object);
      else note(node.property.name);
      return;
    }
    if (node.type === "BinaryExpression" && /^[<>]=?$/.test(node.operator) && node.right.type !== "Literal") return;
    if (node.type === "Identifier") note(node.name);
    for (const child of children(node)) visit(child);
  };
  const note = (name: string): void => {
    if (!NO_SETTING.test(name) && /^[a-z]\w{2,}$/.test(name)) found.add(name);
  };
  visit(test);
  return found;
}

/** The outermost function around a node, or the branch of it that is for one method. */
export function regionOf({ syntax, text }: ProjectFile, wanted: Node): Node | null {
  let region: Node | null = null;
  let node: Node | undefined = syntax.program;
  while (node !== undefined && node !== wanted) {
    if (region === null && isFunction(node)) region = node;
    else if (region !== null && node.type === "IfStatement" && holds(node.consequent, wanted)) {
      if (/\bmethod\b\s*===?\s*["'`]/.test(text.slice(node.test.start, node.test.end))) region = node.consequent;
    } else if (region !== null && node.type === "SwitchCase" && node.test?.type === "Literal") region = node;
    node = children(node).findLast((child) => holds(child, wanted));
  }
  return region;
}

export function holds(outer: Node, inner: Node): boolean {
  return outer.start <= inner.start && inner.end <= outer.end;
}
