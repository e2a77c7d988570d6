import type { Rule } from "../rule.ts";

export const unusedSchema: Rule = {
  id: "input/unused-schema",
  title: "A schema is written and nothing is parsed with it",
  explanation:
    "The file says what its input looks like, in a schema that is neither exported nor named again: the body goes on " +
    "as the client sent it. The reader sees a schema and takes the input for validated.\n\n" +
    "A schema whose type alone is used (`z.infer<typeof input>`) is named again, and not reported: the type is then " +
    "what the code relies on, whoever parses.",
  cwe: [20],
  severity: "medium",
  precision: "high",
  fix: "Parse what the client sends with it and use what comes out; or delete it.",
  bad: [
    {
      path: "src/routes/notes.ts",
      code: `import { Router } from "express";
import { z } from "zod";
import { requireUser } from "../middleware/require-user";
import { notes } from "../notes";

const note = z.object({ text: z.string().max(2000) });

export const router = Router();

router.post("/notes", requireUser, async (req, res) => {
  await notes.add(req.user.id, String(req.body.text));
  res.sendStatus(201);
});
`,
    },
  ],
  good: [
    {
      path: "src/routes/notes.ts",
      code: `import { Router } from "express";
import { z } from "zod";
import { requireUser } from "../middleware/require-user";
import { notes } from "../notes";

const note = z.object({ text: z.string().max(2000) });

export const router = Router();

router.post("/notes", requireUser, async (req, res) => {
  const { text } = note.parse(req.body);
  await notes.add(req.user.id, text);
  res.sendStatus(201);
});
`,
    },
  ],
};
