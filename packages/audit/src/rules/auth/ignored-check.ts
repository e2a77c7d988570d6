import type { Rule } from "../rule.ts";

export const ignoredCheck: Rule = {
  id: "auth/ignored-check",
  title: "A check is made and its answer does not stop the caller",
  explanation:
    "The caller is asked for and looked at, and the handler goes on whatever the answer was: the refusal " +
    "is answered without `return`, the result is only logged, or the guard answers true on every path. In " +
    "review it looks like a check; to an attacker it is none, since the work behind it is done all the " +
    "same.\n\n" +
    "The auditor looks for a test of the caller neither of whose branches leaves the handler, and for " +
    "guards that never deny. It knows that `redirect()`, `notFound()` and functions that throw leave, and " +
    "that answering does not: `res.status(401).json()` sends an answer and the next line runs.\n\n" +
    "It does not judge what a helper does that cannot be found; that makes the answer unknown.",
  cwe: [252, 285],
  severity: "critical",
  precision: "high",
  fix:
    "Return (or throw) where the caller is refused, so that nothing after the check can run without it. " +
    "Where a guard is missing its condition, write the condition and deny by default.",
  bad: [
    {
      path: "src/routes/exports.ts",
      code: `import { Router } from "express";
import { db } from "../db";
import { getSession } from "../session";

export const exportsRouter = Router();

exportsRouter.delete("/exports/:id", async (req, res) => {
  const session = await getSession(req);
  if (!session) {
    res.status(401).json({ error: "unauthorized" });
  }
  await db.export.delete({ where: { id: req.params.id } });
  res.status(204).end();
});
`,
    },
    {
      path: "src/invoices/invoices.controller.ts",
      code: `import { CanActivate, Controller, Delete, ExecutionContext, Injectable, Param, UseGuards } from "@nestjs/common";
import { PrismaService } from "../prisma.service";

@Injectable()
export class SessionGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest();
    console.log("session", request.session?.id);
    return true;
  }
}

@Controller("invoices")
@UseGuards(SessionGuard)
export class InvoicesController {
  constructor(private readonly prisma: PrismaService) {}

  @Delete(":id")
  async remove(@Param("id") id: string): Promise<void> {
    await this.prisma.invoice.delete({ where: { id } });
  }
}
`,
    },
  ],
  good: [
    {
      path: "src/routes/exports.ts",
      code: `import { Router } from "express";
import { db } from "../db";
import { getSession } from "../session";

export const exportsRouter = Router();

exportsRouter.delete("/exports/:id", async (req, res) => {
  const session = await getSession(req);
  if (!session) {
    res.status(401).json({ error: "unauthorized" });
    return;
  }
  await db.export.deleteMany({ where: { id: req.params.id, userId: session.user.id } });
  res.status(204).end();
});
`,
    },
    {
      path: "src/invoices/invoices.controller.ts",
      code: `import { CanActivate, Controller, Delete, ExecutionContext, Injectable, Param, Req, UnauthorizedException, UseGuards } from "@nestjs/common";
import { PrismaService } from "../prisma.service";
import { SessionService } from "../session.service";

@Injectable()
export class SessionGuard implements CanActivate {
  constructor(private readonly sessions: SessionService) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest();
    const session = await this.sessions.getSession(request);
    if (!session) throw new UnauthorizedException();
    request.user = session.user;
    return true;
  }
}

@Controller("invoices")
@UseGuards(SessionGuard)
export class InvoicesController {
  constructor(private readonly prisma: PrismaService) {}

  @Delete(":id")
  async remove(@Param("id") id: string, @Req() req: { user: { orgId: string } }): Promise<void> {
    await this.prisma.invoice.deleteMany({ where: { id, orgId: req.user.orgId } });
  }
}
`,
    },
  ],
};
