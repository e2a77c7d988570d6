import type { Condition, Verb } from "../../values/query.ts";
import type { Value } from "../../values/value.ts";
import type { NamedCall } from "./chain.ts";
import { fromObject } from "./conditions.ts";
import { type Found, prop } from "./found.ts";

const VERBS: Readonly<Record<string, Verb>> = {
  findOne: "read",
  findFirst: "read",
  findByID: "read",
  findById: "read",
  find: "list",
  findMany: "list",
  count: "count",
  create: "create",
  update: "update",
  updateOne: "update",
  updateMany: "update",
  updateByID: "update",
  delete: "delete",
  deleteOne: "delete",
  deleteMany: "delete",
  deleteByID: "delete",
};

/** Language models are named so, too. */
const ADAPTER = /adapter|^(?:db|orm|database|store)$/i;

/**
 * Statements that name their table among the options: Payload's `payload.find({ collection: "orders", where })`, and the
 * adapters of authentication libraries, whose conditions are a list: `where: [{ field: "userId", value: user.id }]`.
 */
export function namedModels(last: NamedCall): Found | null {
  const verb = VERBS[last.name];
  const [options] = last.args;
  if (verb === undefined || options?.k !== "struct" || last.before.length === 0) return null;
  const where = options.props.get("where");
  const model =
    where?.k === "list" || last.before.some((name) => ADAPTER.test(name)) ? options.props.get("model") : undefined;
  const table = nameOf(options.props.get("collection") ?? model);
  if (table === null) return null;
  const id = options.props.get("id");
  const by: Condition[] = [];
  if (where !== undefined) by.push(where.k === "list" ? fromList(where.items) : fromObject(where));
  if (id !== undefined) by.push({ kind: "compare", field: "id", op: "equal", value: id });
  const access = prop(options, "overrideAccess");
  const asksAccess = access?.k === "literal" && access.value === false;
  const data = options.props.get("data") ?? options.props.get("update") ?? null;
  if (by.length === 0 && data === null && verb !== "list" && verb !== "count") return null;
  return {
    library: "other",
    table,
    verb,
    where: by.length === 0 ? null : { kind: "all", of: by },
    data,
    rights: asksAccess ? "user" : "unknown",
  };
}

/** `"orders"`, `API_KEY_TABLE_NAME`. */
function nameOf(value: Value | undefined): string | null {
  if (value?.k === "literal") return typeof value.value === "string" ? value.value : null;
  if (value?.k === "foreign")
    return /^[A-Z][A-Z\d_]+$/.test(value.name)
      ? value.name.replace(/_?(?:TABLE|MODEL|COLLECTION)(?:_NAME)?$/, "").toLowerCase()
      : null;
  if (value?.k !== "chain") return null;
  const step = value.steps.at(-1);
  return step?.kind === "member" ? step.name : null;
}

/** Each of them holds, but where one says that it is one of several. */
function fromList(items: readonly Value[]): Condition {
  const any = items.some((item) => {
    const connector = prop(item, "connector");
    return connector?.k === "literal" && connector.value === "OR";
  });
  return { kind: any ? "any" : "all", of: items.map(fromItem) };
}

function fromItem(item: Value): Condition {
  const [field, value, operator] = [prop(item, "field"), prop(item, "value"), prop(item, "operator")];
  if (field?.k !== "literal" || value === undefined) return { kind: "unknown", value: item };
  const said = operator?.k === "literal" ? String(operator.value) : "eq";
  return {
    kind: "compare",
    field: String(field.value),
    op: said === "eq" ? "equal" : said === "in" ? "in" : "other",
    value,
  };
}
