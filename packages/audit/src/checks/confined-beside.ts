import type { ProjectFile } from "../project.ts";
import type { Judged } from "../rules/rule.ts";
import type { Operation } from "../trace/operation.ts";

/** `Board.updateOne({ _id, owner: req.user.id }, …)`, `prisma.board.delete({ where: { id, orgId: req.user.orgId } })`: which, and whose. */
const CONFINED =
  /\b(\w+)\.(?:find\w*|update\w*|delete\w*|destroy|remove|count\w*)\(\s*\{(?:\s*where:\s*\{)?[^{};]{0,200}?\b(?:user|owner|author|creator|created_?by|account|customer|org|organi[sz]ation|team|workspace|company|tenant)_?(?:id)?\s*:\s*(?:req|request|ctx)\.(?:user|session|auth|state|account)\b/gi;

const known = new WeakMap<ProjectFile, ReadonlySet<string>>();

/**
 * What is changed by a handler that is mounted elsewhere, where its file confines other statements on the same table to
 * whoever calls: that there is somebody is as true of this one.
 */
export function isConfinedBeside(one: Operation, { entry, project }: Judged): boolean {
  if (one.kind !== "query" || !one.facts.has("unmounted")) return false;
  if (one.query.verb !== "update" && one.query.verb !== "delete") return false;
  const file = project.file(entry.file);
  if (file === null) return false;
  const tables =
    known.get(file) ?? new Set([...file.text.matchAll(CONFINED)].map(([, table = ""]) => table.toLowerCase()));
  known.set(file, tables);
  return tables.has(one.query.table.toLowerCase());
}
