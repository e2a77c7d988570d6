import { randomUUID } from "node:crypto";
import { z } from "zod";
import {
  memberTenant,
  routeKey,
  type Authenticator,
  type HandlerResult,
  type RouteKey,
  type TenantContext,
} from "../src/index.ts";
import type { ReplayProtection } from "../src/webhooks/index.ts";
import { authenticatorForTest, fakeHost, manifestForTest, type FakeHost } from "../src/testing/index.ts";

export const ONE = randomUUID();
export const TWO = randomUUID();
export const ANN = randomUUID();

const member = (tenantId: string) => ({ tenantId, subjectId: ANN, role: "owner", visibility: "tenant" }) as const;

export const people = {
  ann: { id: "user-ann", memberships: [member(ONE)] },
  both: { id: "user-both", memberships: [member(ONE), member(TWO)] },
  nobody: { id: "user-nobody", memberships: [] },
};

const input = {
  body: z.object({ name: z.string().min(1).max(40), limits: z.array(z.object({ amount: z.number() })).optional() }),
  params: z.object({ id: z.string().max(40) }),
  query: z.object({ dry: z.enum(["yes", "no"]).optional() }),
};

type Context = TenantContext<typeof input>;

export interface ThingOptions {
  readonly host?: FakeHost;
  readonly auth?: Authenticator;
  readonly authorize?: () => boolean;
  readonly idempotency?: "accepted" | "none";
  readonly replay?: ReplayProtection;
  readonly problems?: Record<string, { status: number; detail: string }>;
  readonly handler?: (context: Context) => Promise<HandlerResult>;
}

export interface Thing {
  readonly host: FakeHost;
  readonly route: RouteKey;
  readonly auth: Authenticator;
  /** How often the handler was reached. */
  reached(): number;
  send(change?: SendOptions): Promise<Response>;
}

export interface SendOptions {
  readonly method?: string;
  readonly url?: string;
  /** Null leaves a header out. */
  readonly headers?: Record<string, string | null>;
  readonly body?: string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array> | null;
  readonly signal?: AbortSignal;
}

/** `POST /api/v1/things/:id` under a tenant, with every gate in use. */
export function thing(options: ThingOptions = {}): Thing {
  const host = options.host ?? fakeHost();
  const auth = options.auth ?? authenticatorForTest(people);
  let reached = 0;
  const route = routeKey({
    host,
    manifest: manifestForTest([
      {
        path: "/api/v1/things/:id",
        method: ["POST"],
        auth: [...(auth.kinds ?? [auth.kind])],
        tenant_scope: "per-request-tenant-id",
      },
    ]),
    method: "POST",
    path: "/api/v1/things/:id",
    auth,
    tenant: memberTenant(),
    authorize: options.authorize ?? (() => true),
    input,
    limit: { address: { points: 10, seconds: 60 }, tenant: { points: 20, seconds: 60 } },
    maxBodyBytes: 1000,
    idempotency: options.idempotency ?? "accepted",
    ...(options.replay === undefined ? {} : { replay: options.replay }),
    ...(options.problems === undefined ? {} : { problems: options.problems }),
    handler: async (context) => {
      reached += 1;
      if (options.handler !== undefined) return options.handler(context);
      await context.sql.query("insert into things", [context.body.name]);
      return { status: 201, body: { name: context.body.name } };
    },
  });
  return { host, route, auth, reached: () => reached, send: (change) => route(thingRequest(change)) };
}

export function thingRequest(change: SendOptions = {}): Request {
  const headers = new Headers({ "x-test-credential": "ann", "content-type": "application/json" });
  for (const [name, value] of Object.entries(change.headers ?? {})) {
    if (value === null) headers.delete(name);
    else headers.set(name, value);
  }
  const method = change.method ?? "POST";
  const body = change.body === undefined ? JSON.stringify({ name: "lamp" }) : change.body;
  return new Request(change.url ?? "https://site.test/api/v1/things/7", {
    method,
    headers,
    ...(method === "GET" || method === "HEAD" || body === null ? {} : { body, duplex: "half" }),
    ...(change.signal === undefined ? {} : { signal: change.signal }),
  });
}

export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  request_id: string;
  errors?: { path: string }[];
}

export async function problemOf(response: Response): Promise<Problem> {
  return (await response.json()) as Problem;
}

export async function codeOf(response: Response): Promise<string> {
  return `${response.status} ${(await problemOf(response)).code}`;
}
