import type { Query } from "../../values/value.ts";

/** What a query's table is called in a message. */
export function nameOf(query: Query): string {
  return query.table === "" ? "a table" : query.table;
}

/** What a query does to its rows, in a message. */
export function done(query: Query): string {
  return query.verb === "update" || query.verb === "upsert"
    ? "changed"
    : query.verb === "delete"
      ? "deleted"
      : query.verb === "raw"
        ? "reached"
        : "read";
}

/** A table whose rows are the tenants themselves. */
export function holdsTenants(name: string): boolean {
  return /^(?:tenants?|orgs?|organi[sz]ations?|workspaces?|teams?|compan(?:y|ies))$/i.test(name);
}

/** `rpc("reactions_aggregate", { post })`: by its name it only answers. */
export function isReadByName({ verb, table }: Query): boolean {
  return (
    verb === "raw" &&
    /(?:^|_)(?:aggregate|counts?|stats|totals?|summary|list|search)$|^(?:get|list|count|search|find)_/i.test(table)
  );
}
