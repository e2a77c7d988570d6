import { createHmac, randomBytes, randomUUID } from "node:crypto";
import { z } from "zod";
import { memberTenant, routeKey, type HandlerResult, type RouteKey, type TenantContext } from "../src/index.ts";
import { fakeHost, manifestForTest, type FakeHost } from "../src/testing/index.ts";
import { claimOnce, fromWebhook, type WebhookAuthenticator } from "../src/webhooks/index.ts";

export const TENANT = randomUUID();
/** The moment of every test that names none. */
export const NOW = new Date("2026-03-01T12:00:00.400Z");
export const NOW_SECONDS = Math.floor(NOW.getTime() / 1000);

export const ACCOUNT = "acct_1";
export const tenantOf = async (account: string): Promise<string | null> => (account === ACCOUNT ? TENANT : null);

/** Never a literal: nothing here may look like a real secret. */
export const newSecret = (): string => randomBytes(24).toString("hex");
export const newWhsec = (): string => `whsec_${randomBytes(24).toString("base64")}`;

export const hmacHex = (secret: string, ...parts: readonly (string | Uint8Array)[]): string => {
  const hmac = createHmac("sha256", secret);
  for (const part of parts) hmac.update(part);
  return hmac.digest("hex");
};

const input = { body: z.looseObject({}) };
type Context = TenantContext<typeof input>;

export interface HookOptions {
  readonly host?: FakeHost;
  readonly handler?: (context: Context) => Promise<HandlerResult>;
  readonly path?: string;
}

export interface Hook {
  readonly host: FakeHost;
  readonly route: RouteKey;
  /** The contexts handlers were reached with. */
  readonly reached: Context[];
  requestOf(body: string | Uint8Array, headers: Record<string, string | null>): Request;
  post(body: string | Uint8Array, headers: Record<string, string | null>): Promise<Response>;
}

/** A webhook route whose handler writes one row. */
export function hook(auth: WebhookAuthenticator, options: HookOptions = {}): Hook {
  const host = options.host ?? fakeHost({ now: () => NOW });
  const path = options.path ?? "/webhooks/test";
  const reached: Context[] = [];
  const route = routeKey({
    host,
    manifest: manifestForTest([{ path, method: ["POST"], auth: ["webhook"], tenant_scope: "per-request-tenant-id" }]),
    method: "POST",
    path,
    auth,
    tenant: memberTenant(),
    authorize: fromWebhook,
    input,
    limit: { address: { points: 10, seconds: 60 }, tenant: { points: 20, seconds: 60 } },
    maxBodyBytes: 10_000,
    idempotency: "none",
    replay: claimOnce(),
    handler: async (context) => {
      reached.push(context);
      if (options.handler !== undefined) return options.handler(context);
      await context.sql.query("insert into effects");
      return { status: 200, body: { done: true } };
    },
  });
  const requestOf = (body: string | Uint8Array, change: Record<string, string | null>): Request => {
    const headers = new Headers({ "content-type": "application/json" });
    for (const [name, value] of Object.entries(change)) {
      if (value === null) headers.delete(name);
      else headers.set(name, value);
    }
    const bytes = body as Uint8Array<ArrayBuffer>;
    return new Request(`https://site.test${path}`, { method: "POST", headers, body: bytes });
  };
  return {
    host,
    route,
    reached,
    requestOf,
    post: (body, change) => route(requestOf(body, change)),
  };
}

/** What a test of one sender's format needs: how to sign, and how it is taken apart. */
export interface Sender {
  readonly name: string;
  readonly auth: WebhookAuthenticator;
  readonly signatureHeader: string;
  /** True when a time is signed. */
  readonly timed: boolean;
  /** The headers of a delivery; `secret` is another one than the route's, `time` another than now. */
  sign(body: string | Uint8Array, change?: SignChange): Record<string, string>;
  /** A body that names the account, with an id of its own. */
  body(id?: string): string;
}

export interface SignChange {
  readonly time?: string;
  readonly id?: string;
  readonly secret?: string;
}
