import type { Judged } from "../../rules/rule.ts";
import type { Operation } from "../../trace/operation.ts";
import { holds } from "../../values/holds.ts";
import { comparisons } from "../../values/query.ts";
import { clientOf } from "../../values/trust.ts";
import { namedElsewhere } from "./compared-elsewhere.ts";

type QueryOperation = Extract<Operation, { kind: "query" }>;

const FINDS = [
  "findunique",
  "findfirst",
  "findone",
  "findbyid",
  "findbypk",
  "findoneby",
  "finduniqueorthrow",
  "findfirstorthrow",
];

/**
 * Behind the same role other handlers of the file find a row of this table and go on only where it belongs to what was
 * named: what the role was asked for is no more than that. Here the row is changed by its own id, wherever it belongs.
 */
export function isUnlikeBeside({ query, place, facts }: QueryOperation, { project, trace }: Judged): boolean {
  if (query.verb !== "update" && query.verb !== "delete") return false;
  const file = project.file(place.file);
  if (file === null || !standsBeforeOthers(facts.get("role")?.why ?? "", file.text)) return false;
  const table = query.table.slice(query.table.lastIndexOf(".") + 1).toLowerCase();
  const compared = namedElsewhere(file);
  if (!FINDS.some((find) => compared.has(`${table}.${find}`))) return false;
  const by = comparisons(query.where);
  if (by.length !== 1 || by.some(({ field, value }) => !/(?:^|\.)_?id$/.test(field) || clientOf(value) === null))
    return false;
  // A column of the row that says where it belongs was looked at here as well.
  return !trace.operations.some((one) =>
    (one.kind === "test" ? (one.asked ?? [one.value]) : one.kind === "compare" ? [one.left, one.right] : []).some(
      (value) =>
        holds(
          value,
          (inner) => inner.k === "rows" && inner.query.table === query.table && /(?:[a-z]Id|_id)$/.test(inner.path),
        ),
    ),
  );
}

/** `fastify.isAdmin is taken for a check by its name`: the same is asked for before others of the file. */
function standsBeforeOthers(why: string, text: string): boolean {
  const [, name = ""] = /(\w+)(?:\([^)]*\))? is taken for a check by its name$/.exec(why) ?? [];
  return name !== "" && text.split(name).length > 3;
}
