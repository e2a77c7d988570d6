import { relationsIn } from "../../sql/conditions/relations.ts";
import { readingOf, weakness, type Database } from "../../sql/database.ts";
import type { SqlRule } from "../../sql/finding.ts";
import type { Table, View } from "../../sql/schema.ts";

export const viewBypasses: SqlRule = {
  rule: {
    id: "rls/view-bypasses",
    title: "A view reads past the policies of its tables",
    explanation:
      "A view reads its tables with the rights of its owner, who is mostly the owner of the tables and whom no policy binds. Whoever may select from the view sees every tenant's rows. Materialized views hold rows of everybody and cannot have policies at all.",
    cwe: [863, 1220],
    severity: "high",
    precision: "high",
    fix: "CREATE VIEW … WITH (security_invoker = true) (PostgreSQL 15), or ALTER VIEW … SET (security_invoker = true). A materialized view: keep it out of exposed schemas and read it through a function that asks for the caller.",
    bad: [
      {
        path: "migrations/0001_orders.sql",
        code: `CREATE TABLE orders (id uuid, tenant_id uuid NOT NULL, cents bigint);
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON orders USING (tenant_id = current_setting('app.tenant_id')::uuid);
CREATE VIEW totals AS SELECT tenant_id, sum(cents) FROM orders GROUP BY tenant_id;
`,
      },
    ],
    good: [
      {
        path: "migrations/0001_orders.sql",
        code: `CREATE TABLE orders (id uuid, tenant_id uuid NOT NULL, cents bigint);
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON orders USING (tenant_id = current_setting('app.tenant_id')::uuid);
CREATE VIEW totals WITH (security_invoker) AS SELECT tenant_id, sum(cents) FROM orders GROUP BY tenant_id;
CREATE VIEW later AS SELECT id FROM orders;
ALTER VIEW later SET (security_invoker = on);
CREATE VIEW mine AS SELECT id FROM orders WHERE tenant_id = current_setting('app.tenant_id')::uuid;
`,
      },
    ],
  },
  *find(database) {
    for (const view of database.schema.views.values()) {
      if (view.invoker || !isReached(database, view) || asksForCaller(view)) continue;
      const table = basesOf(database, view, new Set()).find((one) => bypassed(database, view, one));
      if (table === undefined) continue;
      yield {
        ...view.place,
        message: `${view.materialized ? "Materialized view" : "View"} ${view.name} reads ${table.name} as its owner, past the policies.`,
        related: table.enabled === null ? [] : [{ ...table.enabled, label: `row-level security of ${table.name}` }],
      };
    }
  },
};

function isReached(database: Database, view: View): boolean {
  // Views made to be public show chosen columns of tables that are not.
  if (/(?:^|_)public(?:_|$)/i.test(view.name)) return false;
  if (database.isSupabase(view.set)) return database.isExposed(view.set, view);
  return (
    !view.revoked.has("public") &&
    !/^(?:private|internal|admin|reporting|analytics)$/.test(view.schema) &&
    database.isReachable(view.set, view)
  );
}

function asksForCaller({ query, materialized }: View): boolean {
  return (
    !materialized &&
    query.some(
      ({ kind, value }) =>
        kind === "word" && ["uid", "jwt", "current_setting", "current_user", "session_user"].includes(value),
    )
  );
}

function basesOf(database: Database, view: View, seen: Set<View>): Table[] {
  seen.add(view);
  return relationsIn(view.query).flatMap((relation) => {
    const inner = database.schema.view(relation);
    if (inner !== undefined) return seen.has(inner) || asksForCaller(inner) ? [] : basesOf(database, inner, seen);
    const table = database.schema.table(relation);
    return table === undefined ? [] : [table];
  });
}

/** Policies keep rows from somebody; where the owner is bound as well (FORCE), they hold in a view too. */
function bypassed(database: Database, view: View, table: Table): boolean {
  if (table.enabled === null || table.disabled !== null) return false;
  if (table.forced && !view.materialized && !database.isSupabase(view.set)) return false;
  return ![...table.policies.values()].some(
    (policy) => policy.permissive && database.isForClients(policy) && weakness(readingOf(policy)) === "always",
  );
}
