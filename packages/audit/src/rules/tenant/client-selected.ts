import type { Rule } from "../rule.ts";

export const clientTenant: Rule = {
  id: "tenant/client-selected",
  title: "The client names the tenant and nothing shows it belongs there",
  explanation:
    "The organisation, workspace or tenant of the query comes from the request: a header, the path, the " +
    "body. The caller is signed in, but nobody has asked whether they are a member there. By naming " +
    "another tenant they read and write its data.\n\n" +
    "A client may select among the tenants it belongs to; it may not say which one it belongs to. The " +
    "auditor therefore asks for proof between the two: a membership that was found for caller and tenant, " +
    "a comparison with the session's tenants, or a helper that refuses. A helper that cannot be found " +
    "makes the answer unknown.\n\n" +
    "It does not see row level security, nor a gateway that sets the header itself and strips the " +
    "client's.",
  cwe: [639, 807],
  severity: "critical",
  precision: "medium",
  fix:
    "Take the tenant from the verified session. Where a user has several, look up the membership of this " +
    "user in the selected tenant first, and answer 403 or 404 without one.",
  bad: [
    {
      path: "src/server/routers/report.ts",
      code: `import { initTRPC, TRPCError } from "@trpc/server";
import { z } from "zod";
import { db } from "../db";
import type { Context } from "../context";

const t = initTRPC.context<Context>().create();

const protectedProcedure = t.procedure.use(({ ctx, next }) => {
  if (!ctx.session?.user) throw new TRPCError({ code: "UNAUTHORIZED" });
  return next({ ctx: { user: ctx.session.user } });
});

export const reportRouter = t.router({
  list: protectedProcedure.input(z.object({ orgId: z.string().uuid() })).query(({ input }) => {
    return db.report.findMany({ where: { orgId: input.orgId } });
  }),
});
`,
    },
    {
      path: "src/routes/usage.ts",
      code: `import { Router } from "express";
import { db } from "../db";
import { requireUser } from "../middleware/require-user";

export const usage = Router();

usage.get("/usage", requireUser, async (req, res) => {
  const tenantId = req.get("x-tenant-id");
  if (!tenantId) return res.status(400).json({ error: "tenant required" });
  const rows = await db.usage.findMany({ where: { tenantId } });
  return res.json(rows);
});
`,
    },
  ],
  good: [
    {
      path: "src/server/routers/report.ts",
      code: `import { initTRPC, TRPCError } from "@trpc/server";
import { z } from "zod";
import { db } from "../db";
import type { Context } from "../context";

const t = initTRPC.context<Context>().create();

const protectedProcedure = t.procedure.use(({ ctx, next }) => {
  if (!ctx.session?.user) throw new TRPCError({ code: "UNAUTHORIZED" });
  return next({ ctx: { user: ctx.session.user } });
});

export const reportRouter = t.router({
  list: protectedProcedure.input(z.object({ orgId: z.string().uuid() })).query(async ({ ctx, input }) => {
    const membership = await db.membership.findFirst({ where: { orgId: input.orgId, userId: ctx.user.id } });
    if (!membership) throw new TRPCError({ code: "NOT_FOUND" });
    return db.report.findMany({ where: { orgId: input.orgId } });
  }),
});
`,
    },
    {
      path: "src/routes/usage.ts",
      code: `import { Router } from "express";
import { db } from "../db";
import { requireUser } from "../middleware/require-user";

export const usage = Router();

usage.get("/usage", requireUser, async (req, res) => {
  const tenantId = req.get("x-tenant-id");
  if (!tenantId) return res.status(400).json({ error: "tenant required" });
  const membership = await db.membership.findFirst({ where: { tenantId, userId: req.user.id } });
  if (!membership) return res.status(403).json({ error: "forbidden" });
  const rows = await db.usage.findMany({ where: { tenantId } });
  return res.json(rows);
});
`,
    },
  ],
};
