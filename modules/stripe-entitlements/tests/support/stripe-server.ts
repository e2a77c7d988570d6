import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface FakeSubscription {
  readonly id: string;
  readonly customer: string;
  status: string;
  /** The metadata of each item's price. */
  readonly prices: readonly Record<string, string>[];
}

/** How it answers instead of truthfully: a status with Stripe's error shape, a broken connection, silence, a body. */
export type Mood = number | "reset" | "hang" | { readonly body: string };

export interface StripeServer {
  readonly origin: string;
  readonly apiKey: string;
  readonly subscriptions: FakeSubscription[];
  /** Answers of the next requests, in order; when there are none, the truth. */
  readonly moods: Mood[];
  readonly headers: Record<string, string>;
  readonly requests: URL[];
  /** Called, and awaited, once a truthful answer is made and before it is sent. */
  before: () => unknown;
  subscribe(customer: string, status: string, ...prices: readonly Record<string, string>[]): FakeSubscription;
  /** Resolves at the next request. */
  asked(): Promise<unknown>;
  close(): Promise<void>;
}

const newId = (prefix: string): string => `${prefix}_${randomBytes(8).toString("hex")}`;
/** How many items Stripe puts into a subscription itself. */
const EMBEDDED = 10;

/** Stripe's two lists as its API has them: bearer key, version header, pages, error shape. */
export async function stripeServer(): Promise<StripeServer> {
  const apiKey = `${["rk", "test"].join("_")}_${randomBytes(16).toString("hex")}`;
  const server = createServer((request, response) => void answer(request, response));
  await once(server.listen(0, "127.0.0.1"), "listening");
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const it: StripeServer = {
    origin,
    apiKey,
    subscriptions: [],
    moods: [],
    headers: {},
    requests: [],
    before: () => undefined,
    subscribe(customer, status, ...prices) {
      const made = { id: newId("sub"), customer, status, prices };
      it.subscriptions.push(made);
      return made;
    },
    asked: () => once(server, "request"),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", origin);
    it.requests.push(url);
    const mood = it.moods.shift();
    if (mood === "hang") return;
    if (mood === "reset") return void request.socket.destroy();
    if (typeof mood === "object") return send(response, 200, mood.body);
    if (mood !== undefined) return error(response, mood, "planted");
    if (request.headers.authorization !== `Bearer ${apiKey}`) return error(response, 401, "Invalid API Key provided");
    if (request.headers["stripe-version"] === undefined) return error(response, 400, "No version");
    const page = pageOf(url);
    await it.before();
    if (page === null) return error(response, 404, `Unrecognized request URL (GET: ${url.pathname})`);
    send(response, 200, JSON.stringify({ object: "list", url: url.pathname, ...page }));
  }

  function pageOf(url: URL): { data: unknown[]; has_more: boolean } | null {
    const limit = Number(url.searchParams.get("limit") ?? 10);
    const after = url.searchParams.get("starting_after");
    if (url.pathname === "/v1/subscription_items") {
      const found = it.subscriptions.find(({ id }) => id === url.searchParams.get("subscription"));
      return found === undefined ? null : cut(itemsOf(found), limit, after);
    }
    if (url.pathname !== "/v1/subscriptions") return null;
    const customer = url.searchParams.get("customer");
    // Without `status`, all that are not cancelled.
    const listed = it.subscriptions.filter((one) => one.customer === customer && one.status !== "canceled");
    return cut(listed.map(present), limit, after);
  }

  function send(response: ServerResponse, status: number, body: string): void {
    response
      .writeHead(status, { "content-type": "application/json", "request-id": newId("req"), ...it.headers })
      .end(body);
  }
  function error(response: ServerResponse, status: number, message: string): void {
    const type = status === 429 ? "invalid_request_error" : "api_error";
    send(response, status, JSON.stringify({ error: { type, message: `${message}: ${apiKey}`, code: "planted" } }));
  }
  return it;
}

function cut<Entry extends { readonly id: string }>(entries: readonly Entry[], limit: number, after: string | null) {
  const start = after === null ? 0 : entries.findIndex(({ id }) => id === after) + 1;
  return { data: entries.slice(start, start + limit), has_more: entries.length > start + limit };
}

function itemsOf({ id, prices }: FakeSubscription) {
  return prices.map((metadata, at) => ({
    id: `si_${id}${at}`,
    object: "subscription_item",
    price: { id: metadata["id"] ?? "price_x", object: "price", product: "prod_x", lookup_key: null, metadata },
  }));
}

function present(subscription: FakeSubscription) {
  const { id, customer, status } = subscription;
  const items = { object: "list", url: "/v1/subscription_items", ...cut(itemsOf(subscription), EMBEDDED, null) };
  return { id, object: "subscription", customer, status, items, livemode: false, metadata: { features: "everything" } };
}
