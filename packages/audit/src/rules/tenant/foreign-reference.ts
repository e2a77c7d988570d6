import type { Rule } from "../rule.ts";

export const foreignReference: Rule = {
  id: "tenant/foreign-reference",
  title: "A row is made to point at another that nobody showed to be the caller's",
  explanation:
    "A new row gets a foreign key that the client chose: a comment on any ticket, a task in any project. " +
    "The row is the caller's, but it now stands in another tenant's data, where it is shown, counted or " +
    "paid for, and reading it back with its relation answers what it points at.\n\n" +
    "The auditor looks at the columns of what is created whose names say that they point at a row, with " +
    "values of the request that nothing has shown to be the caller's. References to what is commonly " +
    "shared (categories, products, currencies, ids of outside services) are left alone.\n\n" +
    "It does not see composite foreign keys or policies in the database that tie both rows to one tenant.",
  cwe: [639],
  severity: "high",
  precision: "medium",
  fix:
    "Look the referred row up inside the caller's tenant first and use its id, or make the foreign key " +
    "composite (`(org_id, project_id)`), so that the database refuses the pair.",
  bad: [
    {
      path: "src/tasks/tasks.controller.ts",
      code: `import { Body, Controller, Post, Req, UseGuards } from "@nestjs/common";
import { AuthGuard } from "@nestjs/passport";
import { CreateTaskDto } from "./create-task.dto";
import { PrismaService } from "../prisma.service";

@Controller("tasks")
@UseGuards(AuthGuard("jwt"))
export class TasksController {
  constructor(private readonly prisma: PrismaService) {}

  @Post()
  create(@Body() body: CreateTaskDto, @Req() req: { user: { id: string; orgId: string } }) {
    return this.prisma.task.create({
      data: { title: body.title, projectId: body.projectId, createdById: req.user.id },
    });
  }
}
`,
    },
    {
      path: "src/server/routers/comment.ts",
      code: `import { initTRPC, TRPCError } from "@trpc/server";
import { z } from "zod";
import { db } from "../db";
import type { Context } from "../context";

const t = initTRPC.context<Context>().create();

const protectedProcedure = t.procedure.use(({ ctx, next }) => {
  if (!ctx.session?.user) throw new TRPCError({ code: "UNAUTHORIZED" });
  return next({ ctx: { user: ctx.session.user } });
});

export const commentRouter = t.router({
  add: protectedProcedure
    .input(z.object({ ticketId: z.string().uuid(), text: z.string().min(1).max(5000) }))
    .mutation(async ({ ctx, input }) => {
      const comment = await db.comment.create({
        data: { text: input.text, ticketId: input.ticketId, authorId: ctx.user.id },
      });
      return { id: comment.id };
    }),
});
`,
    },
  ],
  good: [
    {
      path: "src/tasks/tasks.controller.ts",
      code: `import { Body, Controller, NotFoundException, Post, Req, UseGuards } from "@nestjs/common";
import { AuthGuard } from "@nestjs/passport";
import { CreateTaskDto } from "./create-task.dto";
import { PrismaService } from "../prisma.service";

@Controller("tasks")
@UseGuards(AuthGuard("jwt"))
export class TasksController {
  constructor(private readonly prisma: PrismaService) {}

  @Post()
  async create(@Body() body: CreateTaskDto, @Req() req: { user: { id: string; orgId: string } }) {
    const project = await this.prisma.project.findFirst({ where: { id: body.projectId, orgId: req.user.orgId } });
    if (!project) throw new NotFoundException();
    return this.prisma.task.create({
      data: { title: body.title, projectId: project.id, createdById: req.user.id },
    });
  }
}
`,
    },
    {
      path: "src/server/routers/comment.ts",
      code: `import { initTRPC, TRPCError } from "@trpc/server";
import { z } from "zod";
import { db } from "../db";
import type { Context } from "../context";

const t = initTRPC.context<Context>().create();

const protectedProcedure = t.procedure.use(({ ctx, next }) => {
  if (!ctx.session?.user) throw new TRPCError({ code: "UNAUTHORIZED" });
  return next({ ctx: { user: ctx.session.user } });
});

export const commentRouter = t.router({
  add: protectedProcedure
    .input(z.object({ ticketId: z.string().uuid(), text: z.string().min(1).max(5000) }))
    .mutation(async ({ ctx, input }) => {
      const ticket = await db.ticket.findFirst({ where: { id: input.ticketId, orgId: ctx.user.orgId } });
      if (!ticket) throw new TRPCError({ code: "NOT_FOUND" });
      const comment = await db.comment.create({
        data: { text: input.text, ticketId: ticket.id, authorId: ctx.user.id },
      });
      return { id: comment.id };
    }),
});
`,
    },
  ],
};
