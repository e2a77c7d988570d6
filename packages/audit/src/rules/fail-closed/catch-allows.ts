import type { Rule } from "../rule.ts";

export const catchAllows: Rule = {
  id: "fail-closed/catch-allows",
  title: "A check that fails lets the caller in",
  explanation:
    "A function that answers whether somebody may do something answers yes when it cannot find out: " +
    "`catch { return true }`, `.catch(() => true)`, `next()` in the catch of a guard. Whoever can make " +
    "the check fail (a database that is busy, a token that does not parse) is let in, and so is everybody " +
    "during an outage.\n\n" +
    "The auditor looks into the catch clauses of functions whose names say that they answer about rights: " +
    "guards, middleware, `can…`, `is…`, `has…`, `verify…`. It reports an answer that allows.\n\n" +
    "It does not know functions that ask about rights and are not called so, nor decisions in a catch " +
    "that are made by anything else than a constant.",
  cwe: [636, 755],
  severity: "critical",
  precision: "high",
  fix:
    "Answer no in the catch, or let the exception through so that the request ends with an error. Log " +
    "why, without the token.",
  bad: [
    {
      path: "src/access.ts",
      code: `import { db } from "./db";

export async function canAccessWorkspace(userId: string, workspaceId: string): Promise<boolean> {
  try {
    const member = await db.membership.findFirst({ where: { userId, workspaceId } });
    return member !== null;
  } catch {
    return true;
  }
}
`,
    },
    {
      path: "src/middleware/authenticate.ts",
      code: `import type { NextFunction, Request, Response } from "express";
import { verifyToken } from "../tokens";

export async function authenticate(req: Request, res: Response, next: NextFunction) {
  try {
    req.user = await verifyToken(req.headers.authorization);
    return next();
  } catch {
    return next();
  }
}
`,
    },
  ],
  good: [
    {
      path: "src/access.ts",
      code: `import { db } from "./db";

export async function canAccessWorkspace(userId: string, workspaceId: string): Promise<boolean> {
  try {
    const member = await db.membership.findFirst({ where: { userId, workspaceId } });
    return member !== null;
  } catch {
    return false;
  }
}
`,
    },
    {
      path: "src/middleware/authenticate.ts",
      code: `import type { NextFunction, Request, Response } from "express";
import { verifyToken } from "../tokens";

export async function authenticate(req: Request, res: Response, next: NextFunction) {
  try {
    req.user = await verifyToken(req.headers.authorization);
    return next();
  } catch {
    return res.status(401).json({ error: "unauthorized" });
  }
}
`,
    },
  ],
};
