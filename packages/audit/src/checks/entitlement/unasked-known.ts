import type { Node } from "oxc-parser";
import { snake } from "../../knowledge/names.ts";
import type { ProjectFile } from "../../project.ts";
import { missingPlanCheck } from "../../rules/catalogue.ts";
import type { Judged, Report } from "../../rules/rule.ts";
import { perFile } from "../../source/per-file.ts";
import { says } from "../../source/says.ts";
import { walk } from "../../syntax/walk.ts";
import { clientOf } from "../../values/trust.ts";
import { ASKS, holds, leaves, regionOf } from "./unasked-setting.ts";

/** What hardly any product gives away that sells plans. */
const SOLD =
  /^(?:custom_?domain|custom_?host_?name|(?:is_?)?white_?label\w*|(?:remove|hide|disable)_?(?:branding|badge|watermark|powered_?by\w*)|(?:custom|own)_?(?:css|branding|smtp|code)|(?:sso|saml|scim)(?:_\w+)?|(?:is_?)?password_?protect(?:ed|ion))$/i;
/** By the plan, or by how much of it there may be; how often within a minute is another matter. */
const OF_PLAN =
  /plan(?![a-z])|tier(?![a-z])|limits?(?![a-z])|quota|entitle|features?(?![a-z])|subscri|premium|(?:is|has)_?(?:Pro|Paid)/i;
const SAYS_SO = /\bplans?\b|upgrade|\blimits?\b|\b402\b|payment_?required|subscription|premium/i;
const HOW_OFTEN = /\b429\b|rate|too_?many/i;

interface Gate {
  readonly region: Node;
  readonly said: string;
}

/**
 * Two handlers of a file or more ask the plan before they change a table, and a third lets the client set there what is
 * sold wherever plans are: a domain of one's own, one's own branding.
 */
export function unaskedKnown({ entry, trace, project }: Judged, report: Report): void {
  if (!/^(?:route|action|procedure|handler)$/.test(entry.kind)) return;
  const file = project.file(entry.file);
  if (file === null || !says(file, MAY_SELL) || !says(file, SAYS_SO)) return;
  for (const one of trace.operations) {
    if (one.kind !== "query" || !/^(?:create|update|upsert)$/.test(one.query.verb) || one.place.file !== entry.file)
      continue;
    const { data, table } = one.query;
    if (data?.k !== "struct" || !one.facts.has("auth")) continue;
    const sold = [...data.props].find(([name, value]) => SOLD.test(snake(name)) && clientOf(value) !== null)?.[0];
    const region = sold === undefined ? null : regionOf(file, one.place.node);
    if (sold === undefined || region === null || !holds(entry.node, one.place.node)) continue;
    const own = file.text.slice(region.start, region.end);
    if (ASKS.test(own) || OF_PLAN.test(own)) continue;
    const changed = changedIn(table);
    const beside = gatesOf(file).filter((gate) => gate.region !== region && changed(gate.said));
    if (new Set(beside.map((gate) => gate.region)).size < 2) continue;
    report.violated(
      missingPlanCheck,
      one.place,
      `The plan is asked before its neighbours change ${table}; ${sold}, which is sold elsewhere, is stored as the client says.`,
      one,
    );
    return;
  }
}
const MAY_SELL =
  /[dD]omain|[hH]ost_?[nN]ame|[wW]hite_?[lL]abel|[bB]rand|[wW]atermark|[bB]adge|[cC]ss|[sS]mtp|sso|saml|scim|[pP]rotect/;

/** `db.insert(page)`, `prisma.page.update(`, `db("pages").update(`. */
function changedIn(table: string): (said: string) => boolean {
  const name = table.toLowerCase();
  return (said) => {
    for (const [, before = "", after = ""] of said.matchAll(CHANGES))
      if (before.toLowerCase() === name || after.toLowerCase() === name) return true;
    return false;
  };
}
const CHANGES = /(?:(\w{1,60})["'`)]{0,3})?\s*\.(?:insert|update|create|upsert)\w{0,20}\(\s*["'`]?(\w{0,60})/g;

/** The functions that turn somebody away for their plan. */
const gatesOf = perFile((file: ProjectFile): readonly Gate[] => {
  const found: Gate[] = [];
  for (const node of walk(file.syntax.program)) {
    if (node.type !== "IfStatement" || !leaves(node.consequent)) continue;
    const refusal = file.text.slice(node.consequent.start, node.consequent.end);
    if (!OF_PLAN.test(file.text.slice(node.test.start, node.test.end)) || !SAYS_SO.test(refusal)) continue;
    if (HOW_OFTEN.test(refusal)) continue;
    const region = regionOf(file, node);
    if (region !== null) found.push({ region, said: file.text.slice(region.start, region.end) });
  }
  return found;
});
