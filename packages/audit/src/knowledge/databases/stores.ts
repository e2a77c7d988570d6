import type { Condition, Verb } from "../../values/query.ts";
import type { Value } from "../../values/value.ts";
import { callsOf, columnName, type NamedCall, tableName } from "./chain.ts";
import type { Found } from "./found.ts";
import { together } from "./relations.ts";

/** What is done with one of Firestore's documents, or with what a query of it finds. */
const OF_DOCUMENT: Readonly<Record<string, Verb>> = {
  get: "read",
  set: "upsert",
  update: "update",
  delete: "delete",
  create: "create",
};
/** ArangoDB's collections. */
const BY_KEY: Readonly<Record<string, Verb>> = {
  document: "read",
  update: "update",
  replace: "update",
  remove: "delete",
};
const COMPARES: Readonly<Record<string, "equal" | "in">> = { "==": "equal", in: "in", "array-contains": "equal" };

/** Firestore's and ArangoDB's documents, which are asked for by their way: `db.collection("notes").doc(id).get()`. */
export function stores(calls: readonly NamedCall[]): Found | null {
  const last = calls.at(-1);
  if (last === undefined) return null;
  // `transaction.get(reference)`
  const [given, ...more] = last.args;
  if (given?.k === "chain" && OF_DOCUMENT[last.name] !== undefined && !calls.some(({ name }) => isWay(name))) {
    const way = callsOf(given);
    return isFirestore(way) ? found(way, { ...last, args: more }) : null;
  }
  const before = calls.slice(0, -1);
  if (!before.some(({ name }) => isWay(name))) return null;
  return byKey(before, last) ?? (isFirestore(before) ? found(before, last) : null);
}

function isWay(name: string): boolean {
  return name === "collection" || name === "doc" || name === "collectionGroup";
}

/** A document, or conditions as only Firestore has them. */
function isFirestore(calls: readonly NamedCall[]): boolean {
  return calls.some(
    ({ name, args }) =>
      (name === "doc" && args.length < 2) ||
      name === "collectionGroup" ||
      (name === "where" && comparesBy(args) !== null),
  );
}

function comparesBy([, op]: readonly Value[]): string | null {
  return op?.k === "literal" && /^(?:[=!]=|[<>]=?|in|not-in|array-contains(?:-any)?)$/.test(String(op.value))
    ? String(op.value)
    : null;
}

function found(way: readonly NamedCall[], last: NamedCall): Found | null {
  const isDocument = way.at(-1)?.name === "doc";
  const verb: Verb | undefined =
    last.name === "add" ? "create" : isDocument ? OF_DOCUMENT[last.name] : last.name === "get" ? "list" : undefined;
  if (verb === undefined && last.name !== "count") return null;
  const of: Condition[] = [];
  let table = "";
  for (const [at, { name, args }] of way.entries()) {
    const [first, , third] = args;
    if (first === undefined) continue;
    if (name === "collection" || name === "collectionGroup") {
      table = tableName(first);
      // `collection(`users/${uid}/notes`)`
      if (first.k === "derived") of.push({ kind: "unknown", value: first });
    } else if (name === "doc")
      of.push(
        first.k === "derived" && table === ""
          ? { kind: "unknown", value: first }
          : {
              kind: "compare",
              field: at === way.length - 1 ? "id" : `${table.replace(/ies$/, "y").replace(/s$/, "")}Id`,
              op: "equal",
              value: first,
            },
      );
    else if (name === "where" && third !== undefined)
      of.push({
        kind: "compare",
        field: columnName(first),
        op: COMPARES[comparesBy(args) ?? ""] ?? "other",
        value: third,
      });
    else if (name === "where") of.push({ kind: "unknown", value: first });
  }
  // A document under a name of the program's own is no row of anybody's.
  if (table === "" && of.length === 0) return null;
  return {
    library: "store",
    table,
    verb: verb ?? "count",
    where: together(of),
    data: verb === "create" || verb === "update" || verb === "upsert" ? (last.args[0] ?? null) : null,
  };
}

/** `db.collection("articles").remove(key)` */
function byKey(before: readonly NamedCall[], { name, args }: NamedCall): Found | null {
  const verb = BY_KEY[name];
  const [key, data] = args;
  const collection = before.at(-1);
  if (verb === undefined || collection?.name !== "collection" || key === undefined) return null;
  if (key.k === "struct" || key.k === "closure") return null;
  return {
    library: "store",
    table: tableName(collection.args[0]),
    verb,
    where: { kind: "compare", field: "id", op: "equal", value: key },
    data: verb === "update" ? (data ?? null) : null,
    throws: verb === "read",
  };
}
