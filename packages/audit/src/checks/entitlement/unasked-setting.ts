import type { Node } from "oxc-parser";
import type { ProjectFile } from "../../project.ts";
import { missingPlanCheck } from "../../rules/catalogue.ts";
import type { Judged, Report } from "../../rules/rule.ts";
import { says } from "../../source/says.ts";
import { isFunction } from "../../syntax/is-function.ts";
import { children, walk } from "../../syntax/walk.ts";
import { clientOf } from "../../values/trust.ts";

/** What has been paid for is asked. */
const OF_PLAN =
  /\.(?:plan|plan_?(?:name|type|tier|id)|tier|subscription\w*|is_?(?:pro|premium|paid))\b|\b(?:PAID|PRO|PREMIUM|BUSINESS|ENTERPRISE)_[A-Z_]+\b|\b(?:is|on|has)_?(?:Pro|Paid|Premium|Free|Business|Enterprise)(?:Plan|Tier|User|Team)?\b|\bhas(?:Feature|Plan|Entitlement|Subscription)\w*\(|\b(?:plan|tier)\s*[!=]==?\s*["'`]|\.includes\(\s*(?:\w+[?!]?\.)*(?:plan|tier)\b/;
/** It may be asked in a way of its own. */
const ASKS =
  /\b(?:plan|plans|tier|quota|limits?|subscription\w*|entitle\w*|premium|upgrade)\b|\b(?:PAID|PRO|PREMIUM)_|\b(?:is|on|has)_?(?:Pro|Paid|Premium|Free)|hasFeature|\b(?:validate|check|assert|ensure|enforce|guard|verify|strip|limit|allow)\w*(?:Settings?|Features?|Options?|Plan|Fields?|Limits?|Paid|Update|Changes)\w*\(/i;
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
  if (file === null || !says(file, OF_PLAN)) return;
  const gates = gatesOf(file);
  if (gates.length === 0) return;
  for (const one of trace.operations) {
    if (one.kind !== "query" || !/^(?:create|update|upsert)$/.test(one.query.verb)) continue;
    const { data } = one.query;
    if (data?.k !== "struct" || !one.facts.has("auth") || one.place.file !== entry.file) continue;
    if (one.facts.has("role") && /admin/i.test(`${entry.path ?? ""} ${entry.file}`)) continue;
    const gate = gates.find(({ settings }) =>
      [...data.props].some(([name, value]) => settings.has(name) && clientOf(value) !== null),
    );
    if (gate === undefined) continue;
    const region = regionOf(file, one.place.node);
    const asks = (other: Gate): boolean =>
      (region !== null && holds(region, other.node)) ||
      (holds(other.region, one.place.node) && other.node.end <= one.place.node.start);
    if (region === null || gates.some(asks)) continue;
    // A helper that both of them call writes for both: who called it has asked, or has not.
    if (!holds(entry.node, one.place.node) || ASKS.test(file.text.slice(region.start, region.end))) continue;
    const setting = [...data.props.keys()].find((name) => gate.settings.has(name)) ?? "";
    report.violated(
      missingPlanCheck,
      one.place,
      `${setting} is let through by the plan elsewhere in this file; here it is stored as the client says.`,
      one,
    );
    return;
  }
}

const known = new WeakMap<ProjectFile, readonly Gate[]>();

function gatesOf(file: ProjectFile): readonly Gate[] {
  const before = known.get(file);
  if (before !== undefined) return before;
  const found: Gate[] = [];
  known.set(file, found);
  for (const node of walk(file.syntax.program)) {
    if (node.type !== "IfStatement" || !leaves(node.consequent)) continue;
    const asked = file.text.slice(node.test.start, node.test.end);
    if (!OF_PLAN.test(asked)) continue;
    const region = regionOf(file, node);
    const settings = settingsIn(node.test);
    if (region !== null && settings.size > 0) found.push({ node, region, settings });
  }
  return found;
}

/** It ends there: an answer or an error. */
function leaves(node: Node): boolean {
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
      if (!node.computed && node.property.type === "Identifier") note(node.property.name);
      return;
    }
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
function regionOf({ syntax, text }: ProjectFile, wanted: Node): Node | null {
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

function holds(outer: Node, inner: Node): boolean {
  return outer.start <= inner.start && inner.end <= outer.end;
}
