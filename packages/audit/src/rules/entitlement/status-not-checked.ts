import type { Rule } from "../rule.ts";

export const inactiveEntitlement: Rule = {
  id: "entitlement/status-not-checked",
  title: "A subscription counts whatever its state",
  explanation:
    "The check asks whether there is a subscription, and not in which state it is. The row stays when the " +
    "subscription is cancelled, unpaid or expired, so whoever has paid once may use the feature for ever.\n\n" +
    "The auditor looks for functions that answer whether something may be used, and for refusals in " +
    "handlers, that rest on the mere existence of a subscription's row: neither the query nor what " +
    "follows looks at a status or an end.\n\n" +
    "It does not see that the rows of ended subscriptions are deleted, or that the query's helper leaves " +
    "them out. Which states count (a trial, a payment overdue by days) is the product's decision.",
  cwe: [672, 863],
  severity: "high",
  precision: "medium",
  fix:
    'Ask for the state in the query (`status: "active"`), or compare it, and the end of the paid period, ' +
    "with a list of the states that count.",
  bad: [
    {
      path: "src/entitlements.ts",
      code: `import { Hono } from "hono";
import { db } from "./db";
import { sessionAuth, type AppEnv } from "./session-auth";

async function canUseWorkflows(userId: string): Promise<boolean> {
  const subscription = await db.subscription.findUnique({ where: { userId } });
  return subscription !== null;
}

export const routes = new Hono<AppEnv>().use(sessionAuth);

routes.post("/workflows", async (c) => {
  const { id: userId } = c.get("user");
  if (!(await canUseWorkflows(userId))) return c.json({ error: "upgrade required" }, 402);
  const workflow = await db.workflow.create({ data: { userId, name: "Untitled" } });
  return c.json({ id: workflow.id }, 201);
});
`,
    },
  ],
  good: [
    {
      path: "src/entitlements.ts",
      code: `import { Hono } from "hono";
import { db } from "./db";
import { sessionAuth, type AppEnv } from "./session-auth";

async function canUseWorkflows(userId: string): Promise<boolean> {
  const subscription = await db.subscription.findUnique({ where: { userId } });
  return subscription?.status === "active" || subscription?.status === "trialing";
}

export const routes = new Hono<AppEnv>().use(sessionAuth);

routes.post("/workflows", async (c) => {
  const { id: userId } = c.get("user");
  if (!(await canUseWorkflows(userId))) return c.json({ error: "upgrade required" }, 402);
  const workflow = await db.workflow.create({ data: { userId, name: "Untitled" } });
  return c.json({ id: workflow.id }, 201);
});
`,
    },
  ],
};
