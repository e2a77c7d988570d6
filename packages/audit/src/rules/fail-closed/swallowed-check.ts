import type { Rule } from "../rule.ts";

export const swallowedCheck: Rule = {
  id: "fail-closed/swallowed-check",
  title: "A refusal is caught and forgotten",
  explanation:
    "A check refuses by throwing, the handler catches what it throws, and goes on. Often the catch was " +
    "written for something else in the same block: a log, a counter, a missing header. The refusal ends " +
    "there, and the work is done for everybody.\n\n" +
    "The auditor looks for a catch clause that takes the place of a check and neither returns nor throws, " +
    "with a query or side effect behind it that no other check protects.\n\n" +
    "It does not see what a helper that cannot be found does with its own exceptions.",
  cwe: [636, 390],
  severity: "critical",
  precision: "high",
  fix: "Leave the check outside the `try`, or return the refusal in the catch (rethrow what it does not know).",
  bad: [
    {
      path: "app/api/keys/route.ts",
      code: `import { NextResponse } from "next/server";
import { logger } from "@/lib/logger";
import { prisma } from "@/lib/prisma";
import { requireUser } from "@/lib/session";

export async function DELETE() {
  try {
    await requireUser();
  } catch {
    logger.warn("no session");
  }
  await prisma.virtualKey.deleteMany({ where: { revoked: true } });
  return new NextResponse(null, { status: 204 });
}
`,
    },
    {
      path: "src/routes/reports.ts",
      code: `import { Router } from "express";
import { db } from "../db";
import { assertAdmin } from "../access";
import { logger } from "../logger";

export const reports = Router();

reports.delete("/reports/:id", async (req, res) => {
  try {
    await assertAdmin(req);
  } catch (error) {
    logger.warn({ error }, "not an administrator");
  }
  await db.report.delete({ where: { id: req.params.id } });
  res.status(204).end();
});
`,
    },
  ],
  good: [
    {
      path: "app/api/keys/route.ts",
      code: `import { NextResponse } from "next/server";
import { prisma } from "@/lib/prisma";
import { requireUser } from "@/lib/session";

export async function DELETE() {
  const user = await requireUser();
  await prisma.virtualKey.deleteMany({ where: { revoked: true, orgId: user.orgId } });
  return new NextResponse(null, { status: 204 });
}
`,
    },
    {
      path: "src/routes/reports.ts",
      code: `import { Router } from "express";
import { db } from "../db";
import { requireUser } from "../middleware/require-user";

export const reports = Router();

reports.delete("/reports/:id", requireUser, async (req, res, next) => {
  try {
    await db.report.deleteMany({ where: { id: req.params.id, orgId: req.user.orgId } });
    return res.status(204).end();
  } catch (error) {
    return next(error);
  }
});
`,
    },
  ],
};
