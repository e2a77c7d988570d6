import { serviceAccount } from "@meterr/runtime";
import pg from "pg";
import { linkStripeCustomer } from "#modules/stripe-entitlements/esm/index.js";
import { deskHost } from "./host.ts";

// node src/keys/link-customer.ts <workspace> <cus_…>: run by whoever made the customer in Stripe for that workspace.
const [workspace = "", customer = ""] = process.argv.slice(2);
const db = new pg.Pool({ connectionString: process.env["DATABASE_URL"] ?? "", max: 2 });
try {
  const now = new Date();
  const account = serviceAccount({
    id: "desk-billing",
    issuer: "link-customer",
    scope: ["customers.link"],
    expiresAt: new Date(now.getTime() + 60_000),
    membership: async (tenantId) => {
      const { rowCount } = await db.query("select from workspaces where id = $1", [tenantId]);
      return rowCount === 1 ? { tenantId, subjectId: "", role: "billing", visibility: "tenant" } : null;
    },
  });
  const tenant = await account.tenant({ tenantId: workspace, scope: "customers.link", now });
  await deskHost(db, "").withTenant(tenant, (sql) => linkStripeCustomer(sql, tenant, customer));
  process.stdout.write(`${customer} is the customer of ${workspace}\n`);
} finally {
  await db.end();
}
