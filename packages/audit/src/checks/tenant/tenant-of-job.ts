import { isTenantName } from "../../knowledge/names.ts";
import { jobUnscoped } from "../../rules/catalogue.ts";
import type { Judged, Report } from "../../rules/rule.ts";
import type { Operation } from "../../trace/operation.ts";
import { comparisons } from "../../values/query.ts";
import type { Condition, Query, Value } from "../../values/value.ts";
import { isTenantTable } from "../entry/entry-kinds.ts";
import { done, holdsTenants, nameOf } from "../wording/query-words.ts";

/** A job works for the tenant it was given: what it reads is confined by something of its payload. */
export function tenantOfJob({ entry, trace, project }: Judged, report: Report): void {
  const text = project.file(entry.file)?.text.slice(entry.node.start, entry.node.end) ?? "";
  const given =
    /\b(tenant_?id|org_?id|organi[sz]ation_?id|team_?id|workspace_?id|account_?id|company_?id|project_?id|site_?id|store_?id|shop_?id)\b/i.exec(
      text,
    )?.[1];
  if (given === undefined) return;
  for (const one of trace.operations) {
    if (one.kind !== "query" || one.query.verb === "create" || one.query.verb === "upsert") continue;
    const { query } = one;
    if (holdsTenants(query.table) || !(isTenantTable(query.table) || isDestroyed(query, trace.operations))) continue;
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

/** Rows that are changed or deleted, or looked up for that. */
function isDestroyed(query: Query, operations: readonly Operation[]): boolean {
  if (query.verb === "delete") return true;
  return operations.some(
    (one) =>
      one.kind === "query" &&
      one.query.verb === "delete" &&
      comparisons(one.query.where).some(({ value }) => holdsRows(value, query.id)),
  );
}

function holdsRows(value: Value, id: number): boolean {
  if (value.k === "rows") return value.query.id === id;
  return value.k === "list" && value.items.some((item) => holdsRows(item, id));
}

/** Compared with a tenant's column, with a row that was found before, or by conditions that are not seen. */
function bound(condition: Condition | null): boolean {
  if (condition === null) return false;
  if (condition.kind === "unknown") return true;
  if (condition.kind === "compare")
    return (
      namesScope(condition.field) ||
      condition.value.k === "rows" ||
      (condition.value.k === "list" && condition.value.items.some((item) => item.k === "rows")) ||
      condition.value.k === "principal" ||
      namesScope(pathOf(condition.value))
    );
  return condition.of.some(bound);
}

/** What the job was given: a tenant, or a project or site of one. */
function namesScope(name: string): boolean {
  return isTenantName(name) || /^(?:\w+\.)*(?:project|site)_?id$/i.test(name);
}

function pathOf(value: Value): string {
  if (value.k === "opaque") return value.name;
  if (value.k === "client" || value.k === "rows") return value.path;
  if (value.k !== "chain") return "";
  const last = value.steps.at(-1);
  return last?.kind === "member" ? last.name : "";
}
