import type { Rule } from "../rule.ts";

export const operatorInjection: Rule = {
  id: "input/operator-injection",
  title: "An object may stand where a text is expected",
  explanation:
    "A value of the request becomes part of a document database's filter and is never shown to be a text. " +
    '`{ "token": { "$ne": null } }` is a fine filter, and finds the first row there is: an invitation, a ' +
    "reset token, a user whose password need not be known.\n\n" +
    "The auditor looks for values of a JSON body or a parsed query string in the filters of Mongoose and " +
    "MongoDB, on a path where no schema, test of a type or conversion has made a text of them. Values of " +
    "the path are texts already.\n\n" +
    "It does not know casts that a model's schema makes (Mongoose casts to the declared type, but keeps " +
    "operators), nor a sanitiser that is mounted outside the repository.",
  cwe: [943],
  severity: "high",
  precision: "medium",
  fix:
    "Validate with a schema that says `string`, or convert (`String(req.body.token)`), before the value " +
    "reaches a filter. `sanitizeFilter` of Mongoose is a second line, not the first.",
  bad: [
    {
      path: "src/routes/invitation.ts",
      code: `import { Router } from "express";
import { Invitation } from "../models/invitation";
import { Member } from "../models/member";
import { requireUser } from "../middleware/require-user";

export const invitation = Router();

invitation.post("/invitation/accept", requireUser, async (req, res) => {
  const { token } = req.body;
  const found = await Invitation.findOne({ token, acceptedAt: null });
  if (!found) return res.status(404).json({ error: "not found" });
  await Member.create({ user: req.user.id, organisation: found.organisation, role: found.role });
  return res.json({ organisation: found.organisation });
});
`,
    },
  ],
  good: [
    {
      path: "src/routes/invitation.ts",
      code: `import { Router } from "express";
import { z } from "zod";
import { Invitation } from "../models/invitation";
import { Member } from "../models/member";
import { requireUser } from "../middleware/require-user";

const acceptance = z.object({ token: z.string().length(43) });

export const invitation = Router();

invitation.post("/invitation/accept", requireUser, async (req, res) => {
  const parsed = acceptance.safeParse(req.body);
  if (!parsed.success) return res.status(400).json({ error: "invalid input" });
  const found = await Invitation.findOne({ token: parsed.data.token, acceptedAt: null });
  if (!found) return res.status(404).json({ error: "not found" });
  await Member.create({ user: req.user.id, organisation: found.organisation, role: found.role });
  return res.json({ organisation: found.organisation });
});
`,
    },
  ],
};
