import type { Rule } from "../rule.ts";

export const unawaitedEntitlement: Rule = {
  id: "entitlement/unawaited-check",
  title: "Nobody waits for the answer to what was paid for",
  explanation:
    "Whether a plan has a feature, or whether a quota is used up, is asked by a function that answers a " +
    "promise, and the promise itself is tested, or nothing is done with it at all. A promise is an object " +
    "and always true: every plan has the feature.\n\n" +
    "The auditor looks for a refusal that rests on the promise of an `async` function whose code it has, and " +
    "for a check it does not have that other places of the file wait for.\n\n" +
    "It does not see such a check when its name says nothing of plans, features, quotas or " +
    "subscriptions; `auth/unawaited-check` may then.",
  cwe: [253, 863],
  severity: "high",
  precision: "high",
  fix: "`await` the check before it is tested.",
  bad: [
    {
      path: "src/exports.ts",
      code: `import { Router } from "express";
import { requireUser } from "./auth";
import { planAllows } from "./plans";
import { exportsQueue } from "./queues";

export const exportsRouter = Router();
exportsRouter.use(requireUser);

exportsRouter.post("/exports/csv", async (req, res) => {
  if (!(await planAllows(req.user.orgId, "csv"))) return res.status(402).json({ error: "upgrade" });
  await exportsQueue.add("csv", { orgId: req.user.orgId });
  res.sendStatus(202);
});

exportsRouter.post("/exports/pdf", async (req, res) => {
  if (!planAllows(req.user.orgId, "pdf")) return res.status(402).json({ error: "upgrade" });
  await exportsQueue.add("pdf", { orgId: req.user.orgId });
  res.sendStatus(202);
});
`,
    },
  ],
  good: [
    {
      path: "src/exports.ts",
      code: `import { Router } from "express";
import { requireUser } from "./auth";
import { planAllows } from "./plans";
import { exportsQueue } from "./queues";

export const exportsRouter = Router();
exportsRouter.use(requireUser);

exportsRouter.post("/exports/pdf", async (req, res) => {
  if (!(await planAllows(req.user.orgId, "pdf"))) return res.status(402).json({ error: "upgrade" });
  await exportsQueue.add("pdf", { orgId: req.user.orgId });
  res.sendStatus(202);
});
`,
    },
  ],
};
