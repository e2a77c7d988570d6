import type { Rule } from "../rule.ts";

export const bypass: Rule = {
  id: "fail-closed/bypass",
  title: "A header of the client turns the check off",
  explanation:
    "A header, a query parameter or a cookie that anybody can send skips the check: `x-test-user`, " +
    "`?debug=1`, `x-skip-auth`. It was meant for tests or for another service, and it is in production's " +
    "code.\n\n" +
    "The auditor looks for a value of the request, compared with a constant or only present, that decides " +
    "whether the check of the caller runs at all.\n\n" +
    "It does not see a gateway that strips the header, and does not count a header whose value is " +
    "compared with a secret.",
  cwe: [807, 489],
  severity: "critical",
  precision: "medium",
  fix:
    "Take the switch out of the request: tests sign in as a user of their own, services present a " +
    "credential that is verified like any other.",
  bad: [
    {
      path: "src/middleware/require-user.ts",
      code: `import type { NextFunction, Request, Response } from "express";
import { Router } from "express";
import { db } from "../db";
import { getSession } from "../session";

export async function requireUser(req: Request, res: Response, next: NextFunction) {
  if (req.headers["x-skip-auth"] === "true") return next();
  const session = await getSession(req);
  if (!session) return res.status(401).json({ error: "unauthorized" });
  req.user = session.user;
  return next();
}

export const tokens = Router();

tokens.delete("/api-tokens", requireUser, async (_req, res) => {
  await db.apiToken.deleteMany({ where: { revoked: true } });
  res.status(204).end();
});
`,
    },
  ],
  good: [
    {
      path: "src/middleware/require-user.ts",
      code: `import type { NextFunction, Request, Response } from "express";
import { Router } from "express";
import { db } from "../db";
import { getSession } from "../session";

export async function requireUser(req: Request, res: Response, next: NextFunction) {
  const session = await getSession(req);
  if (!session) return res.status(401).json({ error: "unauthorized" });
  req.user = session.user;
  return next();
}

export const tokens = Router();

tokens.delete("/api-tokens", requireUser, async (req, res) => {
  await db.apiToken.deleteMany({ where: { revoked: true, userId: req.user.id } });
  res.status(204).end();
});
`,
    },
  ],
};
