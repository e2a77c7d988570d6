import type { Rule } from "../rule.ts";

export const contradictoryRefusal: Rule = {
  id: "auth/contradictory-refusal",
  title: "A refusal turns away others than those it was written for",
  explanation:
    "The condition before a refusal is put together wrongly, so that those it should stop pass: " +
    '`!member && member?.role !== "owner"` refuses only those who are no member at all, ' +
    '`role !== "owner" && role === "billing"` only one role of many, and `link.expiresAt > new Date()` before ' +
    "an answer of expired refuses the links that are still good.\n\n" +
    "The auditor looks for refusals joined by `&&` whose one half makes the other meaningless, and for times " +
    "of expiry that are compared the wrong way round before an answer that says expired.\n\n" +
    "It does not see a wrong role in an otherwise sound condition.",
  cwe: [670, 697],
  severity: "high",
  precision: "high",
  fix:
    'Join the reasons to refuse by `||`: `if (!member || member.role !== "owner")`. Write a test that calls ' +
    "the handler as each of those who must be refused.",
  bad: [
    {
      path: "app/api/organizations/[id]/route.ts",
      code: `import { auth } from "@/auth";
import { prisma } from "@/lib/prisma";

export async function DELETE(_request: Request, { params }: { params: Promise<{ id: string }> }) {
  const session = await auth();
  if (!session?.user) return Response.json({ error: "unauthorized" }, { status: 401 });
  const { id } = await params;
  const member = await prisma.member.findFirst({ where: { organizationId: id, userId: session.user.id } });
  if (!member && member?.role !== "owner") return Response.json({ error: "forbidden" }, { status: 403 });
  await prisma.organization.delete({ where: { id } });
  return Response.json({ deleted: true });
}
`,
    },
  ],
  good: [
    {
      path: "app/api/organizations/[id]/route.ts",
      code: `import { auth } from "@/auth";
import { prisma } from "@/lib/prisma";

export async function DELETE(_request: Request, { params }: { params: Promise<{ id: string }> }) {
  const session = await auth();
  if (!session?.user) return Response.json({ error: "unauthorized" }, { status: 401 });
  const { id } = await params;
  const member = await prisma.member.findFirst({ where: { organizationId: id, userId: session.user.id } });
  if (!member || member.role !== "owner") return Response.json({ error: "forbidden" }, { status: 403 });
  await prisma.organization.delete({ where: { id } });
  return Response.json({ deleted: true });
}
`,
    },
  ],
};
