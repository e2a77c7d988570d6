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
  precision: "high",
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
  ],
};
