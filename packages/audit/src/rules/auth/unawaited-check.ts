import type { Rule } from "../rule.ts";

export const unawaitedCheck: Rule = {
  id: "auth/unawaited-check",
  title: "A promise is tested instead of what it answers",
  explanation:
    "An asynchronous check is called without `await`, and the promise itself is tested. A promise is an " +
    "object and always true, so `if (!isAdmin(user))` never refuses anybody, and every caller passes.\n\n" +
    "The auditor looks for a refusal that rests on a promise: of an `async` function whose code it has, " +
    "of a comparison of its own, or of something that answers who is calling; and for a check that nobody waits " +
    "for: one of the tree that can only throw, or one it cannot find that is told nothing but ids, which it has to " +
    "look up. The type checker finds some " +
    "of these, but not behind `any`, in JavaScript, or where the helper has no types.\n\n" +
    "It does not see a promise of a function it cannot find, when nothing in the name says that it is a " +
    "check.",
  cwe: [253, 863],
  severity: "critical",
  precision: "high",
  fix:
    "`await` the check before it is tested. The lint rules `no-misused-promises` and " +
    "`no-floating-promises` keep it from coming back.",
  bad: [
    {
      path: "src/app.ts",
      code: `import { Hono } from "hono";
import { db } from "./db";
import { sessionAuth, type AppEnv } from "./session-auth";

async function isOrganisationAdmin(userId: string, orgId: string): Promise<boolean> {
  const member = await db.membership.findFirst({ where: { userId, orgId, role: "admin" } });
  return member !== null;
}

export const app = new Hono<AppEnv>().use(sessionAuth);

app.delete("/organisations/:orgId/domains", async (c) => {
  const orgId = c.req.param("orgId");
  if (!isOrganisationAdmin(c.get("user").id, orgId)) return c.json({ error: "forbidden" }, 403);
  await db.domain.deleteMany({ where: { orgId } });
  return c.body(null, 204);
});
`,
    },
    {
      path: "app/api/backups/route.ts",
      code: `import { NextResponse } from "next/server";
import { auth } from "@/auth";
import { prisma } from "@/lib/prisma";

const isAdmin = async (userId: string) => {
  const user = await prisma.user.findUnique({ where: { id: userId } });
  return user?.role === "admin";
};

export async function DELETE() {
  const session = await auth();
  if (!session?.user) return NextResponse.json({ error: "unauthorized" }, { status: 401 });
  if (!isAdmin(session.user.id)) return NextResponse.json({ error: "forbidden" }, { status: 403 });
  await prisma.backup.deleteMany({ where: { orgId: session.user.orgId } });
  return new NextResponse(null, { status: 204 });
}
`,
    },
  ],
  good: [
    {
      path: "src/app.ts",
      code: `import { Hono } from "hono";
import { db } from "./db";
import { sessionAuth, type AppEnv } from "./session-auth";

async function isOrganisationAdmin(userId: string, orgId: string): Promise<boolean> {
  const member = await db.membership.findFirst({ where: { userId, orgId, role: "admin" } });
  return member !== null;
}

export const app = new Hono<AppEnv>().use(sessionAuth);

app.delete("/organisations/:orgId/domains", async (c) => {
  const orgId = c.req.param("orgId");
  if (!(await isOrganisationAdmin(c.get("user").id, orgId))) return c.json({ error: "forbidden" }, 403);
  await db.domain.deleteMany({ where: { orgId } });
  return c.body(null, 204);
});
`,
    },
    {
      path: "app/api/backups/route.ts",
      code: `import { NextResponse } from "next/server";
import { auth } from "@/auth";
import { prisma } from "@/lib/prisma";

const isAdmin = async (userId: string) => {
  const user = await prisma.user.findUnique({ where: { id: userId } });
  return user?.role === "admin";
};

export async function DELETE() {
  const session = await auth();
  if (!session?.user) return NextResponse.json({ error: "unauthorized" }, { status: 401 });
  if (!(await isAdmin(session.user.id))) return NextResponse.json({ error: "forbidden" }, { status: 403 });
  await prisma.backup.deleteMany({ where: { orgId: session.user.orgId } });
  return new NextResponse(null, { status: 204 });
}
`,
    },
  ],
};
