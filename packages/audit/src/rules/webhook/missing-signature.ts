import type { Rule } from "../rule.ts";

export const missingSignature: Rule = {
  id: "webhook/missing-signature",
  title: "A webhook's signature is not verified",
  explanation:
    "The endpoint believes every event that is sent to it. Its address is no secret: anybody can tell it " +
    "that an invoice was paid, that a user was deleted, that a build has passed.\n\n" +
    "The auditor takes an endpoint for a webhook by its path, or because it reads a signature, and looks " +
    "for a verification (the provider's `constructEvent`, `verify` or `unwrap`, an HMAC that is compared, " +
    "a shared secret) that every path to the first effect has passed.\n\n" +
    "It does not see a gateway or a queue in front that verifies, nor that the provider has no " +
    "signatures.",
  cwe: [345, 347],
  severity: "critical",
  precision: "high",
  fix:
    "Verify the provider's signature over the raw body before anything is parsed or done, and answer 400 " +
    "or 401 when it does not fit.",
  bad: [
    {
      path: "app/api/webhooks/stripe/route.ts",
      code: `import { NextResponse } from "next/server";
import { prisma } from "@/lib/prisma";

export async function POST(request: Request) {
  const event = await request.json();
  if (event.type === "checkout.session.completed") {
    await prisma.subscription.update({
      where: { stripeCustomerId: event.data.object.customer },
      data: { status: "active" },
    });
  }
  return NextResponse.json({ received: true });
}
`,
    },
    {
      path: "src/routes/webhooks.ts",
      code: `import type { FastifyInstance } from "fastify";
import { db } from "../db";

export async function webhookRoutes(app: FastifyInstance) {
  app.post("/webhooks/github", async (request, reply) => {
    const event = request.body as { action: string; installation: { id: number } };
    if (event.action === "deleted") {
      await db.installation.deleteMany({ where: { githubId: event.installation.id } });
    }
    return reply.code(204).send();
  });
}
`,
    },
  ],
  good: [
    {
      path: "app/api/webhooks/stripe/route.ts",
      code: `import { NextResponse } from "next/server";
import Stripe from "stripe";
import { settings } from "@/lib/settings";
import { prisma } from "@/lib/prisma";

const stripe = new Stripe(settings.stripeSecretKey);

export async function POST(request: Request) {
  const signature = request.headers.get("stripe-signature");
  if (!signature) return NextResponse.json({ error: "no signature" }, { status: 400 });
  let event: Stripe.Event;
  try {
    event = stripe.webhooks.constructEvent(await request.text(), signature, settings.stripeWebhookSecret);
  } catch {
    return NextResponse.json({ error: "invalid signature" }, { status: 400 });
  }
  if (event.type === "checkout.session.completed" && typeof event.data.object.customer === "string") {
    await prisma.subscription.update({
      where: { stripeCustomerId: event.data.object.customer },
      data: { status: "active" },
    });
  }
  return NextResponse.json({ received: true });
}
`,
    },
    {
      path: "src/routes/webhooks.ts",
      code: `import { verify } from "@octokit/webhooks-methods";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { db } from "../db";
import { settings } from "../settings";

const eventBody = z.object({ action: z.string(), installation: z.object({ id: z.number() }) });

export async function webhookRoutes(app: FastifyInstance) {
  app.addContentTypeParser("application/json", { parseAs: "string" }, (_request, body, done) => done(null, body));

  app.post("/webhooks/github", async (request, reply) => {
    const raw = request.body as string;
    const signature = request.headers["x-hub-signature-256"];
    if (typeof signature !== "string" || !(await verify(settings.githubSecret, raw, signature))) {
      return reply.code(401).send({ error: "invalid signature" });
    }
    const parsed = eventBody.safeParse(JSON.parse(raw));
    if (!parsed.success) return reply.code(400).send({ error: "invalid event" });
    if (parsed.data.action === "deleted") {
      await db.installation.deleteMany({ where: { githubId: parsed.data.installation.id } });
    }
    return reply.code(204).send();
  });
}
`,
    },
  ],
};
