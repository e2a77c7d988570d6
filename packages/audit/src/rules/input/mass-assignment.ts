import type { Rule } from "../rule.ts";

export const massAssignment: Rule = {
  id: "input/mass-assignment",
  title: "Every column the client names is written",
  explanation:
    "The body is written as it is, or spread into what is written. The form sends a name and a colour; a " +
    "client may as well send `role`, `orgId`, `balance` or `emailVerified`, and each becomes a column's " +
    "new value.\n\n" +
    "The auditor looks for a whole body, unparsed or parsed by something that lets unknown fields " +
    "through, as the data of a create, an update or an upsert, directly, spread or merged. A schema's own " +
    "answer holds only what the schema names, and is fine.\n\n" +
    "It does not see which columns the table has, nor how a schema that it cannot find treats fields it " +
    "does not name.",
  cwe: [915],
  severity: "high",
  precision: "high",
  fix:
    "Write the columns by name, or the answer of a strict schema. Put what the server decides (`orgId`, " +
    "`userId`, `role`) after any spread.",
  bad: [
    {
      path: "src/routes/profile.ts",
      code: `import { Router } from "express";
import { db } from "../db";
import { requireUser } from "../middleware/require-user";

export const profile = Router();

profile.patch("/profile", requireUser, async (req, res) => {
  const user = await db.user.update({
    where: { id: req.user.id },
    data: req.body,
    select: { id: true, name: true, locale: true },
  });
  res.json(user);
});
`,
    },
    {
      path: "src/projects.ts",
      code: `import { Hono } from "hono";
import { db } from "./db";
import { sessionAuth, type AppEnv } from "./session-auth";

export const routes = new Hono<AppEnv>().use(sessionAuth);

routes.post("/projects", async (c) => {
  const body = await c.req.json();
  const project = await db.project.create({ data: { orgId: c.get("user").orgId, ...body } });
  return c.json({ id: project.id }, 201);
});
`,
    },
  ],
  good: [
    {
      path: "src/routes/profile.ts",
      code: `import { Router } from "express";
import { z } from "zod";
import { db } from "../db";
import { requireUser } from "../middleware/require-user";

const changes = z.object({ name: z.string().min(1).max(100), locale: z.string().length(2) }).partial();

export const profile = Router();

profile.patch("/profile", requireUser, async (req, res) => {
  const parsed = changes.safeParse(req.body);
  if (!parsed.success) return res.status(400).json({ error: "invalid input" });
  const user = await db.user.update({
    where: { id: req.user.id },
    data: parsed.data,
    select: { id: true, name: true, locale: true },
  });
  return res.json(user);
});
`,
    },
    {
      path: "src/projects.ts",
      code: `import { Hono } from "hono";
import { zValidator } from "@hono/zod-validator";
import { z } from "zod";
import { db } from "./db";
import { sessionAuth, type AppEnv } from "./session-auth";

export const routes = new Hono<AppEnv>().use(sessionAuth);

routes.post("/projects", zValidator("json", z.object({ name: z.string().min(1).max(80) })), async (c) => {
  const { name } = c.req.valid("json");
  const project = await db.project.create({ data: { name, orgId: c.get("user").orgId } });
  return c.json({ id: project.id }, 201);
});
`,
    },
  ],
};
