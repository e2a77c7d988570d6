import { createHmac, randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface FakeStripe {
  readonly origin: string;
  readonly apiKey: string;
  readonly webhookSecret: string;
  /** Customer to the features of its one active subscription. */
  readonly features: Map<string, string>;
  /** Answers 500 while true. */
  down: boolean;
  close(): Promise<void>;
}

/** As much of Stripe's API as an entitlement asks for. */
export async function fakeStripe(): Promise<FakeStripe> {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://stripe.test");
    const allowed = request.headers.authorization === `Bearer ${stripe.apiKey}`;
    const customer = url.searchParams.get("customer") ?? "";
    const features = stripe.features.get(customer);
    const data = features === undefined ? [] : [subscription(customer, features)];
    const status = stripe.down ? 500 : allowed ? 200 : 401;
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify(status === 200 ? { object: "list", data, has_more: false, url: url.pathname } : {}));
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const stripe: FakeStripe = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    apiKey: `${["rk", "test"].join("_")}_${randomBytes(16).toString("hex")}`,
    webhookSecret: `${["wh", "sec"].join("")}_${randomBytes(24).toString("base64url")}`,
    features: new Map(),
    down: false,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  return stripe;
}

function subscription(customer: string, features: string) {
  const id = `sub_${randomBytes(8).toString("hex")}`;
  const price = { id: "price_x", object: "price", product: "prod_x", lookup_key: null, metadata: { features } };
  const data = [{ id: `si_${id}`, object: "subscription_item", price }];
  return { id, object: "subscription", customer, status: "active", items: { object: "list", data, has_more: false } };
}

export function customerId(): string {
  return `cus_${randomBytes(8).toString("hex")}`;
}

/** An event of Stripe's about a customer's subscription. */
export function stripeEvent(customer: string): string {
  const id = `evt_${randomBytes(8).toString("hex")}`;
  const object = { id: "sub_1", object: "subscription", customer };
  return JSON.stringify({ id, object: "event", type: "customer.subscription.updated", data: { object } });
}

/** https://docs.stripe.com/webhooks/signature: `t` in seconds, `v1` over `<t>.<body>`. */
export function stripeSignature(body: string, secret: string, seconds = Math.floor(Date.now() / 1000)): string {
  return `t=${seconds},v1=${createHmac("sha256", secret).update(`${seconds}.${body}`).digest("hex")}`;
}
