import type { Rule } from "../rule.ts";

export const unlimitedAge: Rule = {
  id: "webhook/unlimited-age",
  title: "A signed request is good for ever",
  explanation:
    "The sender signs the time with the body so that the receiver can refuse what is old, and nobody compares " +
    "that time with the clock. Whoever once records a request (a proxy, a log, a browser's tools) can send it " +
    "again whenever they like, and its signature is right.\n\n" +
    "The auditor looks for digests over a timestamp from a header that nothing else on the way looks at.\n\n" +
    "It does not see a replay that is stopped by an event's id, nor schemes that sign no time.",
  cwe: [294],
  severity: "medium",
  precision: "high",
  fix: "Refuse a timestamp that is no number or more than five minutes from now, before the digest is compared.",
  bad: [
    {
      path: "src/routes/slack.ts",
      code: `import { createHmac, timingSafeEqual } from "node:crypto";
import express, { Router } from "express";
import { incidents } from "../incidents";
import { settings } from "../settings";

export const slack = Router();

slack.post("/webhooks/slack", express.raw({ type: "*/*" }), async (req, res) => {
  const timestamp = req.header("x-slack-request-timestamp") ?? "";
  const base = \`v0:\${timestamp}:\${req.body.toString("utf8")}\`;
  const expected = Buffer.from(\`v0=\${createHmac("sha256", settings.slackSecret).update(base).digest("hex")}\`);
  const given = Buffer.from(req.header("x-slack-signature") ?? "");
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return res.status(401).end();
  await incidents.declare(req.body.toString("utf8"));
  res.status(200).end();
});
`,
    },
  ],
  good: [
    {
      path: "src/routes/slack.ts",
      code: `import { createHmac, timingSafeEqual } from "node:crypto";
import express, { Router } from "express";
import { incidents } from "../incidents";
import { settings } from "../settings";

export const slack = Router();

slack.post("/webhooks/slack", express.raw({ type: "*/*" }), async (req, res) => {
  const timestamp = req.header("x-slack-request-timestamp") ?? "";
  if (!(Math.abs(Date.now() / 1000 - Number(timestamp)) < 300)) return res.status(401).end();
  const base = \`v0:\${timestamp}:\${req.body.toString("utf8")}\`;
  const expected = Buffer.from(\`v0=\${createHmac("sha256", settings.slackSecret).update(base).digest("hex")}\`);
  const given = Buffer.from(req.header("x-slack-signature") ?? "");
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return res.status(401).end();
  await incidents.declare(req.body.toString("utf8"));
  res.status(200).end();
});
`,
    },
  ],
};
