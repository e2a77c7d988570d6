import type { Rule } from "../rule.ts";

export const ignoredValidation: Rule = {
  id: "input/ignored-validation",
  title: "Input is validated and the answer not looked at",
  explanation:
    "The schema runs, and the handler goes on with the raw body whether it fitted or not: the answer of " +
    "`safeParse` is only logged, or the parsed copy is put aside and the body used. The code looks " +
    "validated, and nothing is refused.\n\n" +
    "The auditor looks for a write of a field of the body, in a handler that validates, on a path where " +
    "that field was never shown to be valid.\n\n" +
    "It does not see whether the schema is the right one for what is written.",
  cwe: [252, 20],
  severity: "medium",
  precision: "high",
  fix:
    "Return 400 where `success` is false and use `result.data` from there on, never the body; or use " +
    "`parse`, which throws, and let the framework answer.",
  bad: [
    {
      path: "src/routes/settings.ts",
      code: `import { Router } from "express";
import { z } from "zod";
import { db } from "../db";
import { logger } from "../logger";
import { requireUser } from "../middleware/require-user";

const settingsSchema = z.object({ digest: z.enum(["off", "daily", "weekly"]), locale: z.string().length(2) });

export const settings = Router();

settings.put("/settings", requireUser, async (req, res) => {
  const result = settingsSchema.safeParse(req.body);
  if (!result.success) {
    logger.warn({ issues: result.error.issues.length }, "settings did not validate");
  }
  await db.settings.update({
    where: { userId: req.user.id },
    data: { digest: req.body.digest, locale: req.body.locale },
  });
  res.json({ ok: true });
});
`,
    },
  ],
  good: [
    {
      path: "src/routes/settings.ts",
      code: `import { Router } from "express";
import { z } from "zod";
import { db } from "../db";
import { requireUser } from "../middleware/require-user";

const settingsSchema = z.object({ digest: z.enum(["off", "daily", "weekly"]), locale: z.string().length(2) });

export const settings = Router();

settings.put("/settings", requireUser, async (req, res) => {
  const result = settingsSchema.safeParse(req.body);
  if (!result.success) return res.status(400).json({ error: "invalid settings" });
  await db.settings.update({
    where: { userId: req.user.id },
    data: { digest: result.data.digest, locale: result.data.locale },
  });
  return res.json({ ok: true });
});
`,
    },
  ],
};
