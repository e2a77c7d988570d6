import type { Asked } from "../../entry-points/neighbours.ts";
import { nameKind } from "../../knowledge/names.ts";
import { missingAuthentication } from "../../rules/catalogue.ts";
import type { Judged, Report } from "../../rules/rule.ts";
import { FOR_VISITORS } from "./left-outside.ts";
import { leftUnseen } from "./left-unseen.ts";
import { isPublicByDesign } from "../openness/public-by-design.ts";
import { isWebhook } from "../entry/entry-kinds.ts";

/** How many routes of the same things say by what stands before them that none is for strangers. */
const ENOUGH = 3;

/** Of a route whose handler is not seen, what stands before its neighbours says what should stand before it. */
export function leftUnguarded(judged: Judged, report: Report): boolean {
  return leftToStrangers(judged, report) || leftUnseen(judged, report);
}

/**
 * A route whose handler is in no file of the tree, and before which nobody is asked for anything, where all of those
 * beside it that are about the same things are behind a gate of their own.
 */
function leftToStrangers(judged: Judged, report: Report): boolean {
  const { entry, trace } = judged;
  if (entry.kind !== "route" || entry.neighbours === undefined) return false;
  const [unseen] = trace.unknowns;
  const [only] = trace.operations;
  // Nothing is known but that the handler is not seen: whatever else stood before it would be named instead.
  if (unseen === undefined || trace.unknowns.length > 1 || only?.kind !== "return" || trace.operations.length > 1)
    return false;
  const [handed = ""] = unseen.split(" ");
  if (only.facts.get("opaque:auth")?.why.startsWith(`${handed} `) === false) return false;
  for (const [name] of only.facts.entries())
    if (/^(?:auth|role|capability|signature|shared-secret|global)$|^opaque:scope/.test(name)) return false;
  const { own, others } = entry.neighbours();
  if (own.gated !== false || isPublicByDesign(entry, judged) || isWebhook(judged)) return false;
  const path = own.path ?? "";
  if (path.split(/[^\w]+/).some((word) => FOR_VISITORS.test(word))) return false;
  const start = startOf(path);
  const near = others.filter((one) => `${normal(one.path ?? "")}/`.startsWith(start));
  if (near.length < ENOUGH || !near.every((one) => one.gated === true)) return false;
  if (isRead(own) && (!start.includes(":") || near.filter(isRead).length < 2)) return false;
  if (!start.includes(":") && nameKind(handed.slice(handed.lastIndexOf(".") + 1)) !== "writes") return false;
  report.violated(
    missingAuthentication,
    { file: entry.file, node: entry.node },
    `${entry.name} is handed on with nobody asked for, and all that is beside it stands behind a gate.`,
    only,
  );
  return true;
}

function isRead({ method }: Asked): boolean {
  return method === null || /^(?:GET|HEAD|OPTIONS)$/.test(method);
}

/** `/project/:/` of `/project/:projectId/revert`: the thing it is about. */
function startOf(path: string): string {
  const [start] = /^.*?:(?=\/|$)/.exec(normal(path)) ?? [];
  return start === undefined ? "" : `${start}/`;
}

function normal(path: string): string {
  return path.replace(/:\w+(?:\([^)]*\))?[?*+]?|\{\w+\}/g, ":");
}
