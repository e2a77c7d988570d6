import type { Rule } from "../rule.ts";

export const optionalSignature: Rule = {
  id: "webhook/optional-signature",
  title: "A webhook without a signature is accepted",
  explanation:
    "The signature is verified only when there is one, or only when a secret is configured, or only in " +
    "production. An attacker leaves the header out, and the event is believed.\n\n" +
    "The auditor looks for a webhook whose verification stands on some path only, behind a test of the " +
    "header, the secret or the environment whose other branch goes on to the effects.\n\n" +
    "It does not see a test of the header's presence that an earlier layer makes.",
  cwe: [347, 636],
  severity: "critical",
  precision: "high",
  fix:
    "Refuse when the header or the secret is missing, then verify always. For local work use the " +
    "provider's own tool, which signs.",
  bad: [
    {
      path: "src/routes/webhooks.ts",
      code: `import { createHmac, timingSafeEqual } from "node:crypto";
import express, { Router } from "express";
import { recordDelivery } from "../deliveries";
import { settings } from "../settings";

export const webhooks = Router();

webhooks.post("/webhooks/github", express.raw({ type: "application/json" }), async (req, res) => {
  const signature = req.get("x-hub-signature-256");
  if (signature) {
    const expected = Buffer.from("sha256=" + createHmac("sha256", settings.githubSecret).update(req.body).digest("hex"));
    const given = Buffer.from(signature);
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
      return res.status(401).json({ error: "invalid signature" });
    }
  }
  await recordDelivery(JSON.parse(req.body.toString("utf8")));
  return res.status(204).end();
});
`,
    },
  ],
  good: [
    {
      path: "src/routes/webhooks.ts",
      code: `import { createHmac, timingSafeEqual } from "node:crypto";
import express, { Router } from "express";
import { z } from "zod";
import { recordDelivery } from "../deliveries";
import { settings } from "../settings";

const delivery = z.object({ action: z.string(), repository: z.object({ id: z.number() }) });

export const webhooks = Router();

webhooks.post("/webhooks/github", express.raw({ type: "application/json" }), async (req, res) => {
  const signature = req.get("x-hub-signature-256");
  if (!signature) return res.status(401).json({ error: "no signature" });
  const expected = Buffer.from("sha256=" + createHmac("sha256", settings.githubSecret).update(req.body).digest("hex"));
  const given = Buffer.from(signature);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    return res.status(401).json({ error: "invalid signature" });
  }
  const parsed = delivery.safeParse(JSON.parse(req.body.toString("utf8")));
  if (!parsed.success) return res.status(400).json({ error: "invalid event" });
  await recordDelivery(parsed.data);
  return res.status(204).end();
});
`,
    },
  ],
};
