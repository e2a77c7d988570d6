import { memberTenant, parseManifest, type Authorize } from "@meterr/runtime";
import { uiKey, type UiContext } from "@meterr/runtime/react";
import { headers } from "next/headers";
import { billsSession } from "../credentials.ts";
import { billsHost } from "../host.ts";
import manifestJson from "./key.json" with { type: "json" };

const isOwner: Authorize = ({ tenant }) => tenant.role === "owner";

interface Total {
  readonly status: string;
  readonly invoices: number;
  readonly cents: number;
}

interface View {
  readonly company: string;
  readonly totals: readonly Total[];
}

async function loadTotals({ sql, tenant }: UiContext<undefined>): Promise<View> {
  const { rows } = await sql.query<Total>(
    `select status, count(*)::integer as invoices, sum(cents)::integer as cents from invoices
     where company_id = $1 group by status order by status`,
    [tenant.id],
  );
  const named = await sql.query<{ name: string }>("select name from companies where id = $1", [tenant.id]);
  return { company: named.rows[0]?.name ?? "", totals: rows };
}

function Totals({ company, totals }: View) {
  return (
    <main>
      <h1>{company}</h1>
      <dl>
        {totals.map(({ status, invoices, cents }) => (
          <div key={status}>
            <dt>
              {status} ({invoices})
            </dt>
            <dd>{(cents / 100).toFixed(2)} €</dd>
          </div>
        ))}
      </dl>
    </main>
  );
}

/** Bills' own KEY: what the owner's company is owed, by status. */
export const InvoiceOverview = uiKey({
  host: {
    withTenant: (tenant, work) => billsHost().withTenant(tenant, work),
    now: () => new Date(),
    report: (failure) => billsHost().report(failure),
    headers,
  },
  manifest: parseManifest(manifestJson),
  auth: billsSession,
  tenant: memberTenant(),
  authorize: isOwner,
  load: loadTotals,
  render: Totals,
  fallback: <p>Please sign in.</p>,
});
