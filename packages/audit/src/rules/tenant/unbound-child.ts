import type { Rule } from "../rule.ts";

export const unboundChild: Rule = {
  id: "tenant/unbound-child",
  title: "The parent was checked, and the child is not bound to it",
  explanation:
    "One id of the request is shown to be the caller's, and another is used: the project was looked up " +
    "inside the organisation, the task is then changed by its own id. Whoever owns any project names it " +
    "as the parent, and anybody's task as the child.\n\n" +
    "The auditor keeps apart what was authorised and what is used. A query by a second id of the client, " +
    "on a path where only the first was shown to be the caller's, is this finding unless a condition ties " +
    "the child to the parent.\n\n" +
    "It does not see a foreign key or trigger in the database that would refuse the pair.",
  cwe: [639],
  severity: "critical",
  precision: "medium",
  fix:
    "Bind the child to the authorised parent in the same statement (`where: { id: taskId, projectId }`), " +
    "or look the child up through the parent's relation.",
  bad: [
    {
      path: "app/api/projects/[projectId]/tasks/[taskId]/route.ts",
      code: `import { NextResponse } from "next/server";
import { auth } from "@/auth";
import { prisma } from "@/lib/prisma";

type Params = { params: Promise<{ projectId: string; taskId: string }> };

export async function DELETE(_request: Request, { params }: Params) {
  const session = await auth();
  if (!session?.user) return NextResponse.json({ error: "unauthorized" }, { status: 401 });
  const { projectId, taskId } = await params;
  const project = await prisma.project.findFirst({ where: { id: projectId, ownerId: session.user.id } });
  if (!project) return NextResponse.json({ error: "not found" }, { status: 404 });
  await prisma.task.delete({ where: { id: taskId } });
  return new NextResponse(null, { status: 204 });
}
`,
    },
    {
      path: "src/channels.ts",
      code: `import { Hono } from "hono";
import { and, eq } from "drizzle-orm";
import { db } from "./db";
import { channels, messages } from "./schema";
import { sessionAuth, type AppEnv } from "./session-auth";

export const routes = new Hono<AppEnv>().use(sessionAuth);

routes.delete("/channels/:channelId/messages/:messageId", async (c) => {
  const { channelId, messageId } = c.req.param();
  const [channel] = await db
    .select({ id: channels.id })
    .from(channels)
    .where(and(eq(channels.id, channelId), eq(channels.orgId, c.get("user").orgId)));
  if (!channel) return c.json({ error: "not found" }, 404);
  await db.delete(messages).where(eq(messages.id, messageId));
  return c.body(null, 204);
});
`,
    },
  ],
  good: [
    {
      path: "app/api/projects/[projectId]/tasks/[taskId]/route.ts",
      code: `import { NextResponse } from "next/server";
import { auth } from "@/auth";
import { prisma } from "@/lib/prisma";

type Params = { params: Promise<{ projectId: string; taskId: string }> };

export async function DELETE(_request: Request, { params }: Params) {
  const session = await auth();
  if (!session?.user) return NextResponse.json({ error: "unauthorized" }, { status: 401 });
  const { projectId, taskId } = await params;
  const project = await prisma.project.findFirst({ where: { id: projectId, ownerId: session.user.id } });
  if (!project) return NextResponse.json({ error: "not found" }, { status: 404 });
  await prisma.task.deleteMany({ where: { id: taskId, projectId: project.id } });
  return new NextResponse(null, { status: 204 });
}
`,
    },
    {
      path: "src/channels.ts",
      code: `import { Hono } from "hono";
import { and, eq } from "drizzle-orm";
import { db } from "./db";
import { channels, messages } from "./schema";
import { sessionAuth, type AppEnv } from "./session-auth";

export const routes = new Hono<AppEnv>().use(sessionAuth);

routes.delete("/channels/:channelId/messages/:messageId", async (c) => {
  const { channelId, messageId } = c.req.param();
  const [channel] = await db
    .select({ id: channels.id })
    .from(channels)
    .where(and(eq(channels.id, channelId), eq(channels.orgId, c.get("user").orgId)));
  if (!channel) return c.json({ error: "not found" }, 404);
  await db.delete(messages).where(and(eq(messages.id, messageId), eq(messages.channelId, channel.id)));
  return c.body(null, 204);
});
`,
    },
  ],
};
