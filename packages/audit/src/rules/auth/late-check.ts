import type { Rule } from "../rule.ts";

export const lateCheck: Rule = {
  id: "auth/late-check",
  title: "The change is made before the caller's right to it is asked",
  explanation:
    "The row is updated or deleted first, and only then does the handler ask for the caller's role and refuse. " +
    "Whoever may not is told so, and the change stays.\n\n" +
    "The auditor looks for updates and deletions of a row that the client chose, before a refusal in the same " +
    "function after which the caller's role is known.\n\n" +
    "It does not see that a transaction around both is rolled back by the refusal's exception, when it is begun " +
    "in code that is not there.",
  cwe: [696, 863],
  severity: "high",
  precision: "high",
  fix: "Ask first, then change: move the check above the first statement that writes.",
  bad: [
    {
      path: "app/api/workspaces/[id]/route.ts",
      code: `import { z } from "zod";
import { auth } from "@/auth";
import { prisma } from "@/lib/prisma";

const body = z.object({ name: z.string().min(1).max(80) });

export async function PATCH(request: Request, { params }: { params: Promise<{ id: string }> }) {
  const session = await auth();
  if (!session?.user) return Response.json({ error: "unauthorized" }, { status: 401 });
  const { id } = await params;
  const { name } = body.parse(await request.json());
  await prisma.workspace.updateMany({
    where: { id, members: { some: { userId: session.user.id } } },
    data: { name },
  });
  const member = await prisma.member.findFirst({ where: { workspaceId: id, userId: session.user.id } });
  if (member?.role !== "ADMIN") return Response.json({ error: "forbidden" }, { status: 403 });
  return Response.json({ id, name });
}
`,
    },
  ],
  good: [
    {
      path: "app/api/workspaces/[id]/route.ts",
      code: `import { z } from "zod";
import { auth } from "@/auth";
import { prisma } from "@/lib/prisma";

const body = z.object({ name: z.string().min(1).max(80) });

export async function PATCH(request: Request, { params }: { params: Promise<{ id: string }> }) {
  const session = await auth();
  if (!session?.user) return Response.json({ error: "unauthorized" }, { status: 401 });
  const { id } = await params;
  const { name } = body.parse(await request.json());
  const member = await prisma.member.findFirst({ where: { workspaceId: id, userId: session.user.id } });
  if (member?.role !== "ADMIN") return Response.json({ error: "forbidden" }, { status: 403 });
  await prisma.workspace.update({ where: { id }, data: { name } });
  return Response.json({ id, name });
}
`,
    },
  ],
};
