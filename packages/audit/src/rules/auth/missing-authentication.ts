import type { Rule } from "../rule.ts";

export const missingAuthentication: Rule = {
  id: "auth/missing-authentication",
  title: "Nobody is asked who is calling",
  explanation:
    "The handler reads or changes data, or does something that costs money, and no path to it asks who " +
    "the caller is. Whoever knows the address can call it, without an account and without a browser: " +
    "addresses of handlers stand in every bundle.\n\n" +
    "The auditor follows the handler through its wrappers, mounted middleware, guards, procedure builders " +
    "and the application's middleware file, and looks for a check that every path to the first query or " +
    "side effect has passed. A check that is only named, in code that cannot be found, makes the answer " +
    "unknown and not proved. Handlers that are public by design (health, sign-in, reset, callbacks, share " +
    "links) are left alone by their path.\n\n" +
    "It does not see a gateway, a proxy or a network rule outside the repository.",
  cwe: [306, 862],
  severity: "critical",
  precision: "medium",
  fix:
    "Authenticate the caller first and refuse with 401 when there is nobody, before anything is read; " +
    "better, mount the check where the routes are made, so that the next route has it too. A route that " +
    "is meant for everybody belongs into `publicRoutes` of the configuration, or carries a suppression " +
    "that says why.",
  bad: [
    {
      path: "app/api/projects/[id]/route.ts",
      code: `import { NextResponse } from "next/server";
import { prisma } from "@/lib/prisma";

export async function DELETE(_request: Request, { params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  await prisma.project.delete({ where: { id } });
  return new NextResponse(null, { status: 204 });
}
`,
    },
    {
      path: "src/server/routers/member.ts",
      code: `import { initTRPC } from "@trpc/server";
import { z } from "zod";
import { db } from "../db";
import type { Context } from "../context";

const t = initTRPC.context<Context>().create();

export const memberRouter = t.router({
  remove: t.procedure.input(z.object({ memberId: z.string().uuid() })).mutation(async ({ input }) => {
    await db.member.delete({ where: { id: input.memberId } });
  }),
});
`,
    },
    {
      path: "app/actions/delete-team.ts",
      code: `"use server";

import { revalidatePath } from "next/cache";
import { prisma } from "@/lib/prisma";

export async function deleteTeam(teamId: string) {
  await prisma.team.delete({ where: { id: teamId } });
  revalidatePath("/teams");
}
`,
    },
  ],
  good: [
    {
      path: "app/api/projects/[id]/route.ts",
      code: `import { NextResponse } from "next/server";
import { auth } from "@/auth";
import { prisma } from "@/lib/prisma";

export async function DELETE(_request: Request, { params }: { params: Promise<{ id: string }> }) {
  const session = await auth();
  if (!session?.user) return NextResponse.json({ error: "unauthorized" }, { status: 401 });
  const { id } = await params;
  const { count } = await prisma.project.deleteMany({ where: { id, orgId: session.user.orgId } });
  return new NextResponse(null, { status: count === 0 ? 404 : 204 });
}
`,
    },
    {
      path: "src/server/routers/member.ts",
      code: `import { initTRPC, TRPCError } from "@trpc/server";
import { z } from "zod";
import { db } from "../db";
import type { Context } from "../context";

const t = initTRPC.context<Context>().create();

const protectedProcedure = t.procedure.use(({ ctx, next }) => {
  if (!ctx.session?.user) throw new TRPCError({ code: "UNAUTHORIZED" });
  return next({ ctx: { user: ctx.session.user } });
});

export const memberRouter = t.router({
  remove: protectedProcedure.input(z.object({ memberId: z.string().uuid() })).mutation(async ({ ctx, input }) => {
    if (ctx.user.role !== "admin") throw new TRPCError({ code: "FORBIDDEN" });
    await db.member.deleteMany({ where: { id: input.memberId, orgId: ctx.user.orgId } });
  }),
});
`,
    },
    {
      path: "app/actions/delete-team.ts",
      code: `"use server";

import { revalidatePath } from "next/cache";
import { auth } from "@/auth";
import { prisma } from "@/lib/prisma";

export async function deleteTeam(teamId: string) {
  const session = await auth();
  if (!session?.user) throw new Error("unauthorized");
  await prisma.team.deleteMany({ where: { id: teamId, ownerId: session.user.id } });
  revalidatePath("/teams");
}
`,
    },
  ],
};
