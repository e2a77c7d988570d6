import type { Rule } from "../rule.ts";

export const notIdempotent: Rule = {
  id: "jobs/not-idempotent",
  title: "A repeated run pays twice",
  explanation:
    "Queues and schedulers deliver at least once: after a time-out, a crash or a deployment the same job " +
    "runs again. A payment that is made without an idempotency key of the work it does is then made " +
    "again.\n\n" +
    "The auditor looks in jobs for calls of a payment provider that charge, transfer, pay out or refund, " +
    "and that are given no idempotency key.\n\n" +
    "It does not judge whether the key names the work (a random one protects from nothing), nor a lock or " +
    "a mark in a table that would keep the second run away.",
  cwe: [837],
  severity: "high",
  precision: "medium",
  fix:
    "Give the provider an idempotency key made of the work (`invoice-${invoice.id}`), and skip what is " +
    "marked as done.",
  bad: [
    {
      path: "src/inngest/charge-invoice.ts",
      code: `import { inngest } from "./client";
import { prisma } from "../prisma";
import { stripe } from "../stripe";

export const chargeInvoice = inngest.createFunction(
  { id: "charge-invoice", retries: 5 },
  { event: "billing/invoice.due" },
  async ({ event }) => {
    const { invoiceId, teamId } = event.data;
    const invoice = await prisma.invoice.findFirst({ where: { id: invoiceId, teamId, paidAt: null } });
    if (!invoice) return;
    await stripe.paymentIntents.create({ amount: invoice.totalCents, currency: "eur", confirm: true });
    await prisma.invoice.updateMany({ where: { id: invoice.id, teamId }, data: { paidAt: new Date() } });
  },
);
`,
    },
  ],
  good: [
    {
      path: "src/inngest/charge-invoice.ts",
      code: `import { inngest } from "./client";
import { prisma } from "../prisma";
import { stripe } from "../stripe";

export const chargeInvoice = inngest.createFunction(
  { id: "charge-invoice", retries: 5 },
  { event: "billing/invoice.due" },
  async ({ event }) => {
    const { invoiceId, teamId } = event.data;
    const invoice = await prisma.invoice.findFirst({ where: { id: invoiceId, teamId, paidAt: null } });
    if (!invoice) return;
    await stripe.paymentIntents.create(
      { amount: invoice.totalCents, currency: "eur", confirm: true },
      { idempotencyKey: \`invoice-\${invoice.id}\` },
    );
    await prisma.invoice.updateMany({ where: { id: invoice.id, teamId }, data: { paidAt: new Date() } });
  },
);
`,
    },
  ],
};
