import type { Judged } from "../rules/rule.ts";
import type { Operation } from "../trace/operation.ts";

type QueryOperation = Extract<Operation, { kind: "query" }>;

/** An administrator of everything, by where the code stands. */
export function isGlobalRole({ entry }: Judged, one: QueryOperation): boolean {
  if (
    /\b(?:operator|super\w*|staff|root|platform|system|internal|support|moderator|global|site|god)\b/i.test(
      one.facts.get("role")?.why ?? "",
    )
  )
    return true;
  if (
    /^(?:tenants?|organi[sz]ations?|orgs?|users?|accounts?|compan(?:y|ies))$/i.test(one.query.table) &&
    one.facts.get("role") !== undefined
  )
    return true;
  return (
    /(?:^|\/)(?:_?admin|superadmin|backoffice|internal|staff|system)(?:\/|$|[-_.])/i.test(
      `${entry.path ?? ""}/${entry.file}`,
    ) || /admin/i.test(entry.name)
  );
}
