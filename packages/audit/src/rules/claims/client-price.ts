import type { Rule } from "../rule.ts";

export const clientPrice: Rule = {
  id: "claims/client-price",
  title: "The client names the price",
  explanation:
    "The amount of a payment comes from the request. The page that shows the price is the client's to " +
    'change, so whoever sends `"amount": 1` pays one cent.\n\n' +
    "The auditor looks for the amount, unit amount or total of a call to a payment provider whose value " +
    "is of the request, validated or not: a schema says that it is a number, and not that it is the " +
    "price.\n\n" +
    "It does not know where paying what one likes is the product (donations, topping up credit): say so " +
    "with a suppression. It does not compute prices, and sees no wrong discount.",
  cwe: [472, 807],
  severity: "high",
  precision: "medium",
  fix:
    "Let the client name what it buys, and read the price of it on the server: from your own table, or by " +
    "the provider's price id from a list you keep.",
  bad: [
    {
      path: "app/api/checkout/route.ts",
      code: `import { NextResponse } from "next/server";
import Stripe from "stripe";
import { z } from "zod";
import { auth } from "@/auth";
import { settings } from "@/lib/settings";

const stripe = new Stripe(settings.stripeSecretKey);
const order = z.object({ amount: z.number().int().positive() });

export async function POST(request: Request) {
  const session = await auth();
  if (!session?.user) return NextResponse.json({ error: "unauthorized" }, { status: 401 });
  const parsed = order.safeParse(await request.json());
  if (!parsed.success) return NextResponse.json({ error: "invalid input" }, { status: 400 });
  const intent = await stripe.paymentIntents.create({ amount: parsed.data.amount, currency: "eur" });
  return NextResponse.json({ clientSecret: intent.client_secret });
}
`,
    },
    {
      path: "src/routes/checkout.ts",
      code: `import { Router } from "express";
import { z } from "zod";
import { requireUser } from "../middleware/require-user";
import { stripe } from "../stripe";

const cart = z.object({ name: z.string().max(100), price: z.number().int().positive() });

export const checkout = Router();

checkout.post("/checkout", requireUser, async (req, res) => {
  const parsed = cart.safeParse(req.body);
  if (!parsed.success) return res.status(400).json({ error: "invalid input" });
  const { name, price } = parsed.data;
  const session = await stripe.checkout.sessions.create({
    mode: "payment",
    line_items: [{ quantity: 1, price_data: { currency: "eur", unit_amount: price, product_data: { name } } }],
    success_url: "https://shop.example.com/thanks",
  });
  return res.json({ url: session.url });
});
`,
    },
  ],
  good: [
    {
      path: "app/api/checkout/route.ts",
      code: `import { NextResponse } from "next/server";
import Stripe from "stripe";
import { z } from "zod";
import { auth } from "@/auth";
import { settings } from "@/lib/settings";

const stripe = new Stripe(settings.stripeSecretKey);
const PRICES = { starter: 900, team: 4900 } as const;
const order = z.object({ plan: z.enum(["starter", "team"]) });

export async function POST(request: Request) {
  const session = await auth();
  if (!session?.user) return NextResponse.json({ error: "unauthorized" }, { status: 401 });
  const parsed = order.safeParse(await request.json());
  if (!parsed.success) return NextResponse.json({ error: "invalid input" }, { status: 400 });
  const intent = await stripe.paymentIntents.create({ amount: PRICES[parsed.data.plan], currency: "eur" });
  return NextResponse.json({ clientSecret: intent.client_secret });
}
`,
    },
    {
      path: "src/routes/checkout.ts",
      code: `import { Router } from "express";
import { z } from "zod";
import { db } from "../db";
import { requireUser } from "../middleware/require-user";
import { stripe } from "../stripe";

const cart = z.object({ productId: z.string().uuid() });

export const checkout = Router();

checkout.post("/checkout", requireUser, async (req, res) => {
  const parsed = cart.safeParse(req.body);
  if (!parsed.success) return res.status(400).json({ error: "invalid input" });
  const product = await db.product.findUnique({ where: { id: parsed.data.productId, active: true } });
  if (!product) return res.status(404).json({ error: "not found" });
  const session = await stripe.checkout.sessions.create({
    mode: "payment",
    line_items: [{ quantity: 1, price: product.stripePriceId }],
    success_url: "https://shop.example.com/thanks",
  });
  return res.json({ url: session.url });
});
`,
    },
  ],
};
