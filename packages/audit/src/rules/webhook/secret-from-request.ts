import type { Rule } from "../rule.ts";

export const secretFromRequest: Rule = {
  id: "webhook/secret-from-request",
  title: "The secret of a signature comes with the request",
  explanation:
    "The digest that a signature is compared with is made with a secret that the same request brings, in a " +
    "header, its query or its body. Whoever sends the request chooses the secret and signs with it, so that " +
    "every signature is right.\n\n" +
    "The auditor looks for keyed digests and token verifications whose secret is a value of the client.\n\n" +
    "It does not see a secret that a helper it cannot find looks up by what the client sent; that is how it " +
    "is done.",
  cwe: [347, 807],
  severity: "critical",
  precision: "high",
  fix: "Take the secret from the settings, or from the stored endpoint that the address names.",
  bad: [
    {
      path: "src/routes/webhooks.ts",
      code: `import { createHmac, timingSafeEqual } from "node:crypto";
import express, { Router } from "express";
import { leads } from "../leads";

export const webhooks = Router();

webhooks.post("/webhooks/leads", express.raw({ type: "application/json" }), async (req, res) => {
  const secret = req.header("x-webhook-secret") ?? "";
  const expected = createHmac("sha256", secret).update(req.body).digest();
  const given = Buffer.from(req.header("x-signature") ?? "", "hex");
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return res.status(401).end();
  await leads.create(JSON.parse(req.body.toString()));
  res.status(202).end();
});
`,
    },
  ],
  good: [
    {
      path: "src/routes/webhooks.ts",
      code: `import { createHmac, timingSafeEqual } from "node:crypto";
import express, { Router } from "express";
import { leads } from "../leads";
import { settings } from "../settings";

export const webhooks = Router();

webhooks.post("/webhooks/leads", express.raw({ type: "application/json" }), async (req, res) => {
  const expected = createHmac("sha256", settings.leadsSecret).update(req.body).digest();
  const given = Buffer.from(req.header("x-signature") ?? "", "hex");
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return res.status(401).end();
  await leads.create(JSON.parse(req.body.toString()));
  res.status(202).end();
});
`,
    },
  ],
};
