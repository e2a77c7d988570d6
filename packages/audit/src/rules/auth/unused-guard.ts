import type { Rule } from "../rule.ts";

export const unusedGuard: Rule = {
  id: "auth/unused-guard",
  title: "A check is prepared and never made",
  explanation:
    "A function that refuses callers is imported or written and nothing calls it, or the caller's role is looked up " +
    "and nobody asks what it is. The line that made the check has been lost, in a merge or a rewrite, and what it " +
    "protected is open to everybody who comes as far.\n\n" +
    "Reported for functions whose name means nothing but refusing (`requireRole`, `assertOwner`, `mayAssign`, " +
    "`AdminGuard`), and for roles and permissions that are taken out of something and not named again. A field that " +
    "is left out of the rest (`const { role, ...rest } = row`) is left out on purpose.",
  cwe: [862, 285],
  severity: "high",
  precision: "high",
  fix: "Make the check where it is missing; if it is made elsewhere, delete what is left of it here.",
  bad: [
    {
      path: "src/routes/members.ts",
      code: `import { Router } from "express";
import { membershipOf } from "../members/membership-of";
import { requireUser } from "../middleware/require-user";
import { db } from "../db";

export const members = Router();

members.delete("/workspaces/:workspaceId/invoices/:id", requireUser, async (req, res) => {
  const { role, workspaceId } = await membershipOf(req.user.id, req.params.workspaceId);
  await db.invoice.deleteMany({ where: { id: req.params.id, workspaceId } });
  res.sendStatus(204);
});
`,
    },
    {
      path: "app/api/plans/[id]/route.ts",
      code: `import { auth } from "@/auth";
import { mayChangePlan } from "@/lib/rights";
import { prisma } from "@/lib/prisma";

export async function DELETE(_request: Request, { params }: { params: Promise<{ id: string }> }) {
  const session = await auth();
  if (!session?.user) return new Response(null, { status: 401 });
  const { id } = await params;
  await prisma.plan.deleteMany({ where: { id, organizationId: session.user.organizationId } });
  return new Response(null, { status: 204 });
}
`,
    },
  ],
  good: [
    {
      path: "src/routes/members.ts",
      code: `import { Router } from "express";
import { membershipOf } from "../members/membership-of";
import { requireUser } from "../middleware/require-user";
import { db } from "../db";

export const members = Router();

members.delete("/workspaces/:workspaceId/invoices/:id", requireUser, async (req, res) => {
  const { role, workspaceId } = await membershipOf(req.user.id, req.params.workspaceId);
  if (role !== "owner") return res.sendStatus(403);
  await db.invoice.deleteMany({ where: { id: req.params.id, workspaceId } });
  res.sendStatus(204);
});
`,
    },
    {
      path: "app/api/plans/[id]/route.ts",
      code: `import { auth } from "@/auth";
import { mayChangePlan } from "@/lib/rights";
import { prisma } from "@/lib/prisma";

export async function DELETE(_request: Request, { params }: { params: Promise<{ id: string }> }) {
  const session = await auth();
  if (!session?.user) return new Response(null, { status: 401 });
  if (!(await mayChangePlan(session.user))) return new Response(null, { status: 403 });
  const { id } = await params;
  await prisma.plan.deleteMany({ where: { id, organizationId: session.user.organizationId } });
  return new Response(null, { status: 204 });
}
`,
    },
  ],
};
