import type { Condition, Verb } from "../../values/query.ts";
import type { Chain, Value } from "../../values/value.ts";
import { type NamedCall, tableName } from "./chain.ts";
import { type Found, prop } from "./found.ts";
import { nameOfRoot, packageOf } from "../call.ts";
import { together } from "./relations.ts";

const VERBS: Readonly<Record<string, Verb>> = {
  get: "read",
  getSource: "read",
  search: "list",
  count: "count",
  delete: "delete",
  deleteByQuery: "delete",
  update: "update",
  updateByQuery: "update",
};
const CLIENT = /elastic|opensearch|^(?:es|os)(?:Client)?$/i;

/** Elasticsearch and OpenSearch: `client.search({ index, query })`, `client.delete({ index, id })`. */
export function searchIndex(chain: Chain, calls: readonly NamedCall[]): Found | null {
  const last = calls.at(-1);
  const verb = last === undefined ? undefined : VERBS[last.name];
  const [given] = last?.args ?? [];
  if (last === undefined || verb === undefined || given?.k !== "struct") return null;
  const names = [nameOfRoot(chain.root), ...last.before];
  if (!/^@(?:elastic|opensearch-project)\//.test(packageOf(chain.root)) && !names.some((name) => CLIENT.test(name)))
    return null;
  const index = prop(given, "index");
  if (index === undefined) return null;
  const id = prop(given, "id");
  const query = prop(given, "query") ?? prop(prop(given, "body"), "query");
  const of: Condition[] = [
    // `index: `messages-${tenantId}``: an index of theirs.
    ...(index.k === "literal" ? [] : [{ kind: "unknown" as const, value: index }]),
    ...(id === undefined ? [] : [{ kind: "compare" as const, field: "id", op: "equal" as const, value: id }]),
    ...(query === undefined ? [] : asked(query, 0)),
  ];
  return {
    library: "store",
    table: index.k === "derived" ? tableName(index.args[0]).replace(/[-_.]+$/, "") : tableName(index),
    verb,
    where: together(of),
    data: verb === "update" ? (prop(given, "doc") ?? prop(prop(given, "body"), "doc") ?? null) : null,
  };
}

/** What the documents that are found must fulfil: `must_not` and `should` confine none. */
function asked(value: Value, depth: number): Condition[] {
  if (depth > 6) return [];
  if (value.k === "list") return value.items.flatMap((one) => asked(one, depth + 1));
  if (value.k !== "struct") return [{ kind: "unknown", value }];
  return [...value.props].flatMap(([name, inner]): Condition[] => {
    if (/^(?:bool|filter|must|constant_score|nested|query|function_score)$/.test(name)) return asked(inner, depth + 1);
    if (!/^(?:terms?|match|match_phrase)$/.test(name) || inner.k !== "struct") return [];
    return [...inner.props].map(([field, by]) => ({
      kind: "compare",
      field: field.replace(/\.keyword$/, ""),
      op: name === "terms" ? "in" : name === "term" || by.k === "principal" ? "equal" : "other",
      value: prop(by, "value") ?? prop(by, "query") ?? by,
    }));
  });
}
