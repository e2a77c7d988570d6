import { isTenantName } from "../knowledge/names.ts";
import { jobUnscoped } from "../rules/catalogue.ts";
import type { Judged, Report } from "../rules/rule.ts";
import type { Condition, Value } from "../values/value.ts";
import { isTenantTable } from "./entry-kinds.ts";
import { done, holdsTenants, nameOf } from "./query-words.ts";

/** A job works for the tenant it was given: what it reads is confined by something of its payload. */
export function tenantOfJob({ entry, trace, project }: Judged, report: Report): void {
  const text = project.file(entry.file)?.text.slice(entry.node.start, entry.node.end) ?? "";
  const given = /\b(tenant_?id|org_?id|organi[sz]ation_?id|team_?id|workspace_?id|account_?id|company_?id)\b/i.exec(
    text,
  )?.[1];
  if (given === undefined) return;
  for (const one of trace.operations) {
    if (one.kind !== "query" || one.query.verb === "create" || one.query.verb === "upsert") continue;
    const { query } = one;
    if (holdsTenants(query.table) || !isTenantTable(query.table)) continue;
    if (bound(query.where)) {
      report.proved();
      continue;
    }
    report.violated(
      jobUnscoped,
      one.place,
      `The job was given ${given}, and this ${nameOf(query)} is ${done(query)} whichever tenant it belongs to.`,
      one,
    );
    return;
  }
}

/** Compared with a tenant's column, with a row that was found before, or by conditions that are not seen. */
function bound(condition: Condition | null): boolean {
  if (condition === null) return false;
  if (condition.kind === "unknown") return true;
  if (condition.kind === "compare")
    return (
      isTenantName(condition.field) ||
      condition.value.k === "rows" ||
      condition.value.k === "principal" ||
      isTenantName(pathOf(condition.value))
    );
  return condition.of.some(bound);
}

function pathOf(value: Value): string {
  if (value.k === "opaque") return value.name;
  if (value.k === "client" || value.k === "rows") return value.path;
  if (value.k !== "chain") return "";
  const last = value.steps.at(-1);
  return last?.kind === "member" ? last.name : "";
}
