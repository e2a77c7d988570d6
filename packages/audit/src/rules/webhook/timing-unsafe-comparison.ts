import type { Rule } from "../rule.ts";

export const timingUnsafe: Rule = {
  id: "webhook/timing-unsafe-comparison",
  title: "A signature is compared in a time that tells how much of it was right",
  explanation:
    "`===` stops at the first character that differs. How long it takes tells an attacker how many " +
    "characters of the computed signature were right, and with enough tries the rest can be found one by " +
    "one.\n\n" +
    "The auditor looks for a digest the code has computed that is compared with `==` or `===` with a " +
    "value of the request. Bearer secrets that are compared plainly are left alone once both sides are " +
    "shown to exist.\n\n" +
    "It does not judge comparisons in packages.",
  cwe: [208],
  severity: "medium",
  precision: "high",
  fix:
    "Compare buffers of equal length by `timingSafeEqual` of `node:crypto` (check the length first, or " +
    "hash both sides), or use the provider's verifying function.",
  bad: [
    {
      path: "src/routes/shop-webhook.ts",
      code: `import { createHmac } from "node:crypto";
import express, { Router } from "express";
import { processOrder } from "../orders";
import { settings } from "../settings";

export const shopWebhook = Router();

shopWebhook.post("/webhooks/shop", express.raw({ type: "application/json" }), async (req, res) => {
  const expected = createHmac("sha256", settings.shopSecret).update(req.body).digest("base64");
  if (req.get("x-shop-hmac-sha256") !== expected) {
    return res.status(401).json({ error: "invalid signature" });
  }
  await processOrder(req.body.toString("utf8"));
  return res.status(204).end();
});
`,
    },
  ],
  good: [
    {
      path: "src/routes/shop-webhook.ts",
      code: `import { createHmac, timingSafeEqual } from "node:crypto";
import express, { Router } from "express";
import { processOrder } from "../orders";
import { settings } from "../settings";

export const shopWebhook = Router();

shopWebhook.post("/webhooks/shop", express.raw({ type: "application/json" }), async (req, res) => {
  const expected = createHmac("sha256", settings.shopSecret).update(req.body).digest();
  const given = Buffer.from(req.get("x-shop-hmac-sha256") ?? "", "base64");
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    return res.status(401).json({ error: "invalid signature" });
  }
  await processOrder(req.body.toString("utf8"));
  return res.status(204).end();
});
`,
    },
  ],
};
