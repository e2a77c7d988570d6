import { createHmac, randomBytes, randomUUID } from "node:crypto";
import { mount, type Mounted, type RuntimeHost } from "@meterr/runtime";
import { authenticatorForTest, type TestAuthenticator, type TestPerson } from "@meterr/runtime/testing";
import { genericWebhook, type WebhookAuthenticator } from "@meterr/runtime/webhooks";
import { createWebhookInbox, type ProcessDelivery, type WebhookInboxOptions } from "../../src/index.ts";

export const BASE = "https://site.test/api/v1/webhook-inbox";

/** A sender with a secret of its own, and what it sends. */
export interface TestSource {
  readonly name: string;
  readonly auth: WebhookAuthenticator;
  readonly secret: string;
  deliver(account: string, more?: Record<string, unknown>, change?: DeliveryChange): Request;
}

export interface DeliveryChange {
  readonly source?: string;
  readonly body?: string;
  readonly secret?: string;
  /** Seconds by which the signed time is behind ours. */
  readonly late?: number;
}

/** With `timed`, the time is signed as well. */
export function sourceForTest(
  name: string,
  tenantOf: (account: string) => Promise<string | null>,
  { timed = false } = {},
): TestSource {
  const secret = randomBytes(24).toString("hex");
  const auth = genericWebhook({
    sender: name,
    secret,
    account: (event) => (event as { account: string }).account,
    id: (event) => (event as { id: string }).id,
    tenantOf,
    ...(timed ? { timestampHeader: "x-webhook-time" } : {}),
  });
  return {
    name,
    auth,
    secret,
    deliver(account, more = {}, change = {}) {
      const signed = JSON.stringify({ id: `evt_${randomUUID()}`, type: "thing.made", account, ...more });
      const time = String(Math.floor(Date.now() / 1000) - (change.late ?? 0));
      const message = timed ? `${time}.${signed}` : signed;
      const signature = createHmac("sha256", change.secret ?? secret)
        .update(message)
        .digest("hex");
      return new Request(`${BASE}/sources/${change.source ?? name}`, {
        method: "POST",
        headers: { "content-type": "application/json", "x-webhook-signature": signature, "x-webhook-time": time },
        body: change.body ?? signed,
      });
    },
  };
}

export interface TestInbox {
  readonly mounted: Mounted;
  get(person: string, path: string): Promise<Response>;
  replay(
    person: string,
    id: string,
    body?: Record<string, unknown>,
    headers?: Record<string, string>,
  ): Promise<Response>;
}

export interface TestInboxOptions {
  readonly host: RuntimeHost;
  readonly sources: readonly { readonly name: string; readonly auth: WebhookAuthenticator }[];
  readonly people?: Readonly<Record<string, TestPerson>>;
  readonly members?: TestAuthenticator;
  readonly process?: ProcessDelivery;
  readonly rules?: Partial<WebhookInboxOptions>;
}

/** Owners read and replay, viewers read. */
export function inboxForTest(options: TestInboxOptions): TestInbox {
  const auth = options.members ?? authenticatorForTest(options.people ?? {});
  const { routes } = createWebhookInbox({
    host: options.host,
    sources: options.sources,
    process: options.process ?? (async () => undefined),
    auth,
    authorizeRead: ({ tenant }) => tenant.role === "owner" || tenant.role === "viewer",
    authorizeReplay: ({ tenant }) => tenant.role === "owner",
    ...options.rules,
  });
  const mounted = mount(routes);
  const as = (person: string) => ({ "x-test-credential": person, "content-type": "application/json" });
  return {
    mounted,
    get: (person, path) => mounted(new Request(`${BASE}${path}`, { headers: as(person) })),
    replay: (person, id, body = {}, headers = {}) =>
      mounted(
        new Request(`${BASE}/deliveries/${id}/replay`, {
          method: "POST",
          headers: { ...as(person), ...headers },
          body: JSON.stringify(body),
        }),
      ),
  };
}

export async function codeOf(response: Response): Promise<string> {
  const { code } = (await response.json()) as { code?: string };
  return `${response.status} ${code ?? ""}`.trim();
}
