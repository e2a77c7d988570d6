import type { Rule } from "../rule.ts";

export const missingRole: Rule = {
  id: "auth/missing-role",
  title: "Any member may do what its neighbours keep for some",
  explanation:
    "The handler shows that the caller belongs to the tenant, and then changes who else belongs to it, what they " +
    "may do, or the tenant itself, whatever the caller's own role. Other handlers of the same file do ask for a " +
    "role. The least of members can then remove the others, or make themselves an administrator.\n\n" +
    "Reported where the file itself shows that roles decide, for changes to members, invitations, keys and the tenant; " +
    "elsewhere only where one member puts out another whom the client names, and no word on the way speaks of rights. " +
    "Never for the caller's own membership.",
  cwe: [285, 862, 269],
  severity: "high",
  precision: "medium",
  fix: "Ask for the role its neighbours ask for, before anything is changed.",
  bad: [
    {
      path: "src/server/routers/members.ts",
      code: `import { TRPCError } from "@trpc/server";
import { z } from "zod";
import { prisma } from "../prisma";
import { protectedProcedure, router } from "../trpc";

export const membersRouter = router({
  setRole: protectedProcedure
    .input(z.object({ teamId: z.string(), memberId: z.string(), role: z.enum(["MEMBER", "ADMIN"]) }))
    .mutation(async ({ ctx, input }) => {
      const me = await prisma.member.findFirst({ where: { teamId: input.teamId, userId: ctx.user.id } });
      if (me?.role !== "ADMIN") throw new TRPCError({ code: "FORBIDDEN" });
      await prisma.member.update({ where: { id: input.memberId, teamId: input.teamId }, data: { role: input.role } });
    }),
  remove: protectedProcedure
    .input(z.object({ teamId: z.string(), memberId: z.string() }))
    .mutation(async ({ ctx, input }) => {
      const me = await prisma.member.findFirst({ where: { teamId: input.teamId, userId: ctx.user.id } });
      if (!me) throw new TRPCError({ code: "FORBIDDEN" });
      await prisma.member.delete({ where: { id: input.memberId, teamId: input.teamId } });
    }),
});
`,
    },
  ],
  good: [
    {
      path: "src/server/routers/members.ts",
      code: `import { TRPCError } from "@trpc/server";
import { z } from "zod";
import { prisma } from "../prisma";
import { protectedProcedure, router } from "../trpc";

export const membersRouter = router({
  remove: protectedProcedure
    .input(z.object({ teamId: z.string(), memberId: z.string() }))
    .mutation(async ({ ctx, input }) => {
      const me = await prisma.member.findFirst({ where: { teamId: input.teamId, userId: ctx.user.id } });
      if (me?.role !== "ADMIN") throw new TRPCError({ code: "FORBIDDEN" });
      await prisma.member.delete({ where: { id: input.memberId, teamId: input.teamId } });
    }),
  leave: protectedProcedure.input(z.object({ teamId: z.string() })).mutation(async ({ ctx, input }) => {
    await prisma.member.deleteMany({ where: { teamId: input.teamId, userId: ctx.user.id } });
  }),
});
`,
    },
  ],
};
