import type { Rule } from "../rule.ts";

export const unscopedQuery: Rule = {
  id: "tenant/unscoped-query",
  title: "A row is chosen by the client's id alone",
  explanation:
    "The caller is known, and the row is read, changed or deleted by an id that the client sent, without " +
    "a word about whose row it is. Everybody who is signed in reaches every tenant's rows by their ids, " +
    "and ids leak: in links, logs, e-mails and other answers.\n\n" +
    "The auditor asks of every query where each condition's value comes from. A row is the caller's when " +
    "a condition binds it to the verified user or organisation, when its owner is compared with the " +
    "caller before it is used, when a membership was found for it, or when the id itself is a credential. " +
    "A read whose row only decides whether to refuse is no finding.\n\n" +
    "It does not see row level security (`rls/…` does), extensions of the database client that add the " +
    "condition, or that a table is everybody's: name those in the configuration.",
  cwe: [639, 863],
  severity: "critical",
  precision: "medium",
  fix:
    "Put the verified tenant into the same `where` (`findFirst({ where: { id, orgId: session.user.orgId } " +
    "})`, `deleteMany`/`updateMany` for changes) and answer 404 when nothing is found. Comparing after " +
    "the read is as good for reads; for changes it leaves a gap between the two.",
  bad: [
    {
      path: "app/api/invoices/[id]/route.ts",
      code: `import { NextResponse } from "next/server";
import { auth } from "@/auth";
import { prisma } from "@/lib/prisma";

export async function GET(_request: Request, { params }: { params: Promise<{ id: string }> }) {
  const session = await auth();
  if (!session?.user) return NextResponse.json({ error: "unauthorized" }, { status: 401 });
  const { id } = await params;
  const invoice = await prisma.invoice.findUnique({ where: { id } });
  if (!invoice) return NextResponse.json({ error: "not found" }, { status: 404 });
  return NextResponse.json(invoice);
}
`,
    },
    {
      path: "src/documents.ts",
      code: `import { Hono } from "hono";
import { and, eq } from "drizzle-orm";
import { db } from "./db";
import { documents } from "./schema";
import { sessionAuth, type AppEnv } from "./session-auth";

export const routes = new Hono<AppEnv>().use(sessionAuth);

routes.delete("/documents/:id", async (c) => {
  await db.delete(documents).where(eq(documents.id, c.req.param("id")));
  return c.body(null, 204);
});
`,
    },
    {
      path: "src/server/routers/document.ts",
      code: `import { initTRPC, TRPCError } from "@trpc/server";
import { z } from "zod";
import { db } from "../db";
import type { Context } from "../context";

const t = initTRPC.context<Context>().create();

const protectedProcedure = t.procedure.use(({ ctx, next }) => {
  if (!ctx.session?.user) throw new TRPCError({ code: "UNAUTHORIZED" });
  return next({ ctx: { user: ctx.session.user } });
});

export const documentRouter = t.router({
  rename: protectedProcedure
    .input(z.object({ id: z.string().uuid(), title: z.string().min(1).max(200) }))
    .mutation(async ({ input }) => {
      await db.document.update({ where: { id: input.id }, data: { title: input.title } });
    }),
});
`,
    },
  ],
  good: [
    {
      path: "app/api/invoices/[id]/route.ts",
      code: `import { NextResponse } from "next/server";
import { auth } from "@/auth";
import { prisma } from "@/lib/prisma";

export async function GET(_request: Request, { params }: { params: Promise<{ id: string }> }) {
  const session = await auth();
  if (!session?.user) return NextResponse.json({ error: "unauthorized" }, { status: 401 });
  const { id } = await params;
  const invoice = await prisma.invoice.findFirst({ where: { id, orgId: session.user.orgId } });
  if (!invoice) return NextResponse.json({ error: "not found" }, { status: 404 });
  return NextResponse.json(invoice);
}
`,
    },
    {
      path: "src/documents.ts",
      code: `import { Hono } from "hono";
import { and, eq } from "drizzle-orm";
import { db } from "./db";
import { documents } from "./schema";
import { sessionAuth, type AppEnv } from "./session-auth";

export const routes = new Hono<AppEnv>().use(sessionAuth);

routes.delete("/documents/:id", async (c) => {
  const { orgId } = c.get("user");
  await db.delete(documents).where(and(eq(documents.id, c.req.param("id")), eq(documents.orgId, orgId)));
  return c.body(null, 204);
});
`,
    },
    {
      path: "src/server/routers/document.ts",
      code: `import { initTRPC, TRPCError } from "@trpc/server";
import { z } from "zod";
import { db } from "../db";
import type { Context } from "../context";

const t = initTRPC.context<Context>().create();

const protectedProcedure = t.procedure.use(({ ctx, next }) => {
  if (!ctx.session?.user) throw new TRPCError({ code: "UNAUTHORIZED" });
  return next({ ctx: { user: ctx.session.user } });
});

export const documentRouter = t.router({
  rename: protectedProcedure
    .input(z.object({ id: z.string().uuid(), title: z.string().min(1).max(200) }))
    .mutation(async ({ ctx, input }) => {
      await db.document.updateMany({
        where: { id: input.id, orgId: ctx.user.orgId },
        data: { title: input.title },
      });
    }),
});
`,
    },
  ],
};
