import type { Rule } from "../rule.ts";

export const clientRole: Rule = {
  id: "claims/client-role",
  title: "The client says what it may do",
  explanation:
    "A role, a permission or a flag such as `isAdmin` comes from the request and decides what the caller " +
    'may do, or is stored as the caller\'s own. Whoever sends `"role": "admin"` is one.\n\n' +
    "The auditor looks for refusals that rest on a value of the body, the query or a header whose name is " +
    "that of a right, and for roles, plans and balances that are written to users and organisations as " +
    "the client says. A value compared with what the server knows, and a change by somebody whose own " +
    "role was asked, are fine.\n\n" +
    "It does not see headers that a gateway in front sets and strips.",
  cwe: [807, 269],
  severity: "critical",
  precision: "medium",
  fix:
    "Read the role from the verified session or from the membership's row, and keep such columns out of " +
    "the schemas of what users may change. Let only somebody whose role was asked give roles.",
  bad: [
    {
      path: "src/routes/flags.ts",
      code: `import { Router } from "express";
import { db } from "../db";
import { requireUser } from "../middleware/require-user";

export const flags = Router();

flags.delete("/flags", requireUser, async (req, res) => {
  if (req.headers["x-user-role"] !== "admin") {
    return res.status(403).json({ error: "forbidden" });
  }
  await db.flag.deleteMany({ where: { orgId: req.user.orgId } });
  return res.status(204).end();
});
`,
    },
    {
      path: "app/api/register/route.ts",
      code: `import { NextResponse } from "next/server";
import { hash } from "bcryptjs";
import { z } from "zod";
import { prisma } from "@/lib/prisma";

const registration = z.object({ email: z.string().email(), password: z.string().min(12), role: z.string() });

export async function POST(request: Request) {
  const parsed = registration.safeParse(await request.json());
  if (!parsed.success) return NextResponse.json({ error: "invalid input" }, { status: 400 });
  const { email, password, role } = parsed.data;
  const user = await prisma.user.create({ data: { email, passwordHash: await hash(password, 12), role } });
  return NextResponse.json({ id: user.id }, { status: 201 });
}
`,
    },
  ],
  good: [
    {
      path: "src/routes/flags.ts",
      code: `import { Router } from "express";
import { db } from "../db";
import { requireUser } from "../middleware/require-user";

export const flags = Router();

flags.delete("/flags", requireUser, async (req, res) => {
  const member = await db.member.findFirst({ where: { orgId: req.user.orgId, userId: req.user.id } });
  if (member?.role !== "admin") {
    return res.status(403).json({ error: "forbidden" });
  }
  await db.flag.deleteMany({ where: { orgId: req.user.orgId } });
  return res.status(204).end();
});
`,
    },
    {
      path: "app/api/register/route.ts",
      code: `import { NextResponse } from "next/server";
import { hash } from "bcryptjs";
import { z } from "zod";
import { prisma } from "@/lib/prisma";

const registration = z.object({ email: z.string().email(), password: z.string().min(12) });

export async function POST(request: Request) {
  const parsed = registration.safeParse(await request.json());
  if (!parsed.success) return NextResponse.json({ error: "invalid input" }, { status: 400 });
  const { email, password } = parsed.data;
  const user = await prisma.user.create({ data: { email, passwordHash: await hash(password, 12), role: "member" } });
  return NextResponse.json({ id: user.id }, { status: 201 });
}
`,
    },
  ],
};
