import type { Rule } from "../rule.ts";

export const reserialised: Rule = {
  id: "webhook/reserialised-body",
  title: "The signature is checked over a body that was written again",
  explanation:
    "The provider signs the bytes it sends. A body that was parsed and written again by `JSON.stringify` " +
    "has other bytes: blanks, the order of fields, escapes, numbers. Genuine events fail at random, which " +
    "is then mended by making the check weaker; and two texts that parse to the same value pass as one.\n\n" +
    "The auditor looks for digests and verifications whose payload is a stringified body.\n\n" +
    "It does not see a body parser that keeps the raw bytes elsewhere and uses them.",
  cwe: [345, 347],
  severity: "high",
  precision: "high",
  fix: "Read the raw body (`await request.text()`, `express.raw()`), verify it, and parse it after that.",
  bad: [
    {
      path: "src/hooks.ts",
      code: `import { createHmac, timingSafeEqual } from "node:crypto";
import { Hono } from "hono";
import { enqueue } from "./queue";
import { settings } from "./settings";

export const hooks = new Hono();

hooks.post("/webhooks/orders", async (c) => {
  const body = await c.req.json();
  const expected = createHmac("sha256", settings.webhookSecret).update(JSON.stringify(body)).digest();
  const given = Buffer.from(c.req.header("x-signature") ?? "", "hex");
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    return c.json({ error: "invalid signature" }, 401);
  }
  await enqueue("orders", body.id);
  return c.body(null, 204);
});
`,
    },
  ],
  good: [
    {
      path: "src/hooks.ts",
      code: `import { createHmac, timingSafeEqual } from "node:crypto";
import { Hono } from "hono";
import { z } from "zod";
import { enqueue } from "./queue";
import { settings } from "./settings";

const order = z.object({ id: z.string().max(64) });

export const hooks = new Hono();

hooks.post("/webhooks/orders", async (c) => {
  const raw = await c.req.text();
  const expected = createHmac("sha256", settings.webhookSecret).update(raw).digest();
  const given = Buffer.from(c.req.header("x-signature") ?? "", "hex");
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    return c.json({ error: "invalid signature" }, 401);
  }
  const parsed = order.safeParse(JSON.parse(raw));
  if (!parsed.success) return c.json({ error: "invalid event" }, 400);
  await enqueue("orders", parsed.data.id);
  return c.body(null, 204);
});
`,
    },
  ],
};
