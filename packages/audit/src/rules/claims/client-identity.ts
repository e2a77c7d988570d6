import type { Rule } from "../rule.ts";

export const clientIdentity: Rule = {
  id: "claims/client-identity",
  title: "The client says who it is",
  explanation:
    "The user whose data is read or written comes from the request (`userId` in the body, the query or " +
    "the path) and not from what was verified. Whoever sends another user's id acts as that user.\n\n" +
    "The auditor looks for conditions and columns that name an owner, with values of the request that " +
    "were not compared with the verified caller. Columns that name somebody else on purpose (assignee, " +
    "recipient, invitee) are left alone.\n\n" +
    "It does not know which other columns say whose a row is, unless the configuration names them.",
  cwe: [807, 639],
  severity: "critical",
  precision: "medium",
  fix:
    "Take the user from the verified session or token and drop the field from the input. Where one user " +
    "may act for another, ask for that right first.",
  bad: [
    {
      path: "src/routes/preferences.ts",
      code: `import { Hono } from "hono";
import { zValidator } from "@hono/zod-validator";
import { z } from "zod";
import { db } from "./db";
import { sessionAuth, type AppEnv } from "./session-auth";

const preferences = z.object({ userId: z.string().uuid(), digest: z.enum(["off", "daily", "weekly"]) });

export const routes = new Hono<AppEnv>().use(sessionAuth);

routes.put("/preferences", zValidator("json", preferences), async (c) => {
  const { userId, digest } = c.req.valid("json");
  await db.preference.update({ where: { userId }, data: { digest } });
  return c.json({ ok: true });
});
`,
    },
    {
      path: "app/api/orders/route.ts",
      code: `import { NextResponse } from "next/server";
import { auth } from "@/auth";
import { prisma } from "@/lib/prisma";

export async function GET(request: Request) {
  const session = await auth();
  if (!session?.user) return NextResponse.json({ error: "unauthorized" }, { status: 401 });
  const userId = new URL(request.url).searchParams.get("userId") ?? "";
  const orders = await prisma.order.findMany({ where: { userId } });
  return NextResponse.json(orders);
}
`,
    },
  ],
  good: [
    {
      path: "src/routes/preferences.ts",
      code: `import { Hono } from "hono";
import { zValidator } from "@hono/zod-validator";
import { z } from "zod";
import { db } from "./db";
import { sessionAuth, type AppEnv } from "./session-auth";

const preferences = z.object({ digest: z.enum(["off", "daily", "weekly"]) });

export const routes = new Hono<AppEnv>().use(sessionAuth);

routes.put("/preferences", zValidator("json", preferences), async (c) => {
  const { digest } = c.req.valid("json");
  await db.preference.update({ where: { userId: c.get("user").id }, data: { digest } });
  return c.json({ ok: true });
});
`,
    },
    {
      path: "app/api/orders/route.ts",
      code: `import { NextResponse } from "next/server";
import { auth } from "@/auth";
import { prisma } from "@/lib/prisma";

export async function GET() {
  const session = await auth();
  if (!session?.user) return NextResponse.json({ error: "unauthorized" }, { status: 401 });
  const orders = await prisma.order.findMany({ where: { userId: session.user.id } });
  return NextResponse.json(orders);
}
`,
    },
  ],
};
