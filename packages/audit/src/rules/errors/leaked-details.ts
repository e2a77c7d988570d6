import type { Rule } from "../rule.ts";

export const leakedError: Rule = {
  id: "errors/leaked-details",
  title: "What an exception says is sent to the client",
  explanation:
    "The message, the stack or the whole of a caught exception is part of the answer. Exceptions are " +
    "written for those who mend the program: they name tables, columns, files, hosts and values, which " +
    "tell an attacker what to try next, and sometimes whose data it is.\n\n" +
    "The auditor follows what a `catch` caught, or an error handler was given, into answers. Errors of " +
    "the application's own classes, tested by `instanceof` first, are meant to be shown and fine.\n\n" +
    "It does not see what a framework answers by itself for an exception that nobody catches.",
  cwe: [209],
  severity: "medium",
  precision: "very-high",
  fix:
    "Answer a text of your own and an id; log the exception under the same id. Show messages only of " +
    "error classes that were made for it.",
  bad: [
    {
      path: "src/routes/search.ts",
      code: `import { Router } from "express";
import { db } from "../db";
import { requireUser } from "../middleware/require-user";

export const search = Router();

search.get("/search", requireUser, async (req, res) => {
  try {
    const rows = await db.note.findMany({ where: { userId: req.user.id }, take: 20 });
    return res.json(rows);
  } catch (error) {
    return res.status(500).json({ error: (error as Error).message });
  }
});
`,
    },
    {
      path: "src/server.ts",
      code: `import { Hono } from "hono";
import { routes } from "./routes";

export const app = new Hono().route("/", routes);

app.onError((error, c) => c.json({ error: error.message, stack: error.stack }, 500));
`,
    },
    {
      path: "app/actions/rename-project.ts",
      code: `"use server";

import { z } from "zod";
import { auth } from "@/auth";
import { prisma } from "@/lib/prisma";

const rename = z.object({ id: z.string().uuid(), name: z.string().min(1).max(80) });

export async function renameProject(input: unknown) {
  const session = await auth();
  if (!session?.user) return { error: "unauthorized" };
  const parsed = rename.safeParse(input);
  if (!parsed.success) return { error: "invalid input" };
  const { id, name } = parsed.data;
  try {
    await prisma.project.updateMany({ where: { id, orgId: session.user.orgId }, data: { name } });
    return { error: null };
  } catch (error) {
    return { error: String(error) };
  }
}
`,
    },
  ],
  good: [
    {
      path: "src/routes/search.ts",
      code: `import { randomUUID } from "node:crypto";
import { Router } from "express";
import { db } from "../db";
import { logger } from "../logger";
import { requireUser } from "../middleware/require-user";

export const search = Router();

search.get("/search", requireUser, async (req, res) => {
  try {
    const rows = await db.note.findMany({ where: { userId: req.user.id }, take: 20 });
    return res.json(rows);
  } catch (error) {
    const requestId = randomUUID();
    logger.error({ requestId, error }, "search failed");
    return res.status(500).json({ error: "internal error", requestId });
  }
});
`,
    },
    {
      path: "src/server.ts",
      code: `import { Hono } from "hono";
import { HTTPException } from "hono/http-exception";
import { logger } from "./logger";
import { routes } from "./routes";

export const app = new Hono().route("/", routes);

app.onError((error, c) => {
  if (error instanceof HTTPException) return error.getResponse();
  logger.error({ error }, "request failed");
  return c.json({ error: "internal error" }, 500);
});
`,
    },
    {
      path: "app/actions/rename-project.ts",
      code: `"use server";

import { z } from "zod";
import { auth } from "@/auth";
import { logger } from "@/lib/logger";
import { prisma } from "@/lib/prisma";

const rename = z.object({ id: z.string().uuid(), name: z.string().min(1).max(80) });

export async function renameProject(input: unknown) {
  const session = await auth();
  if (!session?.user) return { error: "unauthorized" };
  const parsed = rename.safeParse(input);
  if (!parsed.success) return { error: "invalid input" };
  const { id, name } = parsed.data;
  try {
    await prisma.project.updateMany({ where: { id, orgId: session.user.orgId }, data: { name } });
    return { error: null };
  } catch (error) {
    logger.error({ error }, "renaming failed");
    return { error: "the project could not be renamed" };
  }
}
`,
    },
  ],
};
