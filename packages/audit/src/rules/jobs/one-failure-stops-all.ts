import type { Rule } from "../rule.ts";

export const stopsAll: Rule = {
  id: "jobs/one-failure-stops-all",
  title: "One tenant's failure ends the work of all",
  explanation:
    "A job works through the tenants one after the other, and nothing catches what one turn throws. The " +
    "first tenant with broken data ends the run, and those behind it are never invoiced, cleaned up or " +
    "reconciled. A tenant that can break its own data can so stop everybody's.\n\n" +
    "The auditor looks in jobs for loops over tenants, organisations, teams or accounts whose awaited " +
    "work stands in no `try` and has no `catch` of its own.\n\n" +
    "It does not see a queue that starts one run per tenant, nor a helper that catches inside.",
  cwe: [755, 248],
  severity: "medium",
  precision: "medium",
  fix:
    "Catch per turn, log the tenant's id, and go on; report the number of failures at the end so that the " +
    "run is seen to have failed. Or start one job per tenant.",
  bad: [
    {
      path: "jobs/reconciliation.ts",
      code: `import cron from "node-cron";
import { reconcileTenantData } from "../src/reconcile";
import { getActiveTenants } from "../src/tenants";

export async function reconciliationJob(): Promise<void> {
  const tenants = await getActiveTenants();
  for (const tenant of tenants) {
    await reconcileTenantData(tenant.id);
  }
}

cron.schedule("0 3 * * *", reconciliationJob);
`,
    },
  ],
  good: [
    {
      path: "jobs/reconciliation.ts",
      code: `import cron from "node-cron";
import { logger } from "../src/logger";
import { reconcileTenantData } from "../src/reconcile";
import { getActiveTenants } from "../src/tenants";

export async function reconciliationJob(): Promise<void> {
  const tenants = await getActiveTenants();
  for (const tenant of tenants) {
    try {
      await reconcileTenantData(tenant.id);
    } catch (error) {
      logger.error({ tenantId: tenant.id, error }, "reconciliation failed");
    }
  }
}

cron.schedule("0 3 * * *", reconciliationJob);
`,
    },
  ],
};
