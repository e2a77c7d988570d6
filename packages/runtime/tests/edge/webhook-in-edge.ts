import { z } from "zod";
import { globalScope, memoryRateLimiter, parseManifest, routeKey, type RuntimeHost } from "../../src/index.ts";
import {
  fromWebhook,
  genericWebhook,
  githubSecretScanning,
  replayHarmless,
  stripeWebhook,
  type WebhookAuthenticator,
} from "../../src/webhooks/index.ts";

// Runs inside an edge runtime: only what the Web platform has is in reach.
const reports: string[] = [];
const answers: string[] = [];
const encoder = new TextEncoder();
const hex = (bytes: ArrayBuffer): string =>
  [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const base64 = (bytes: Iterable<number>): string => btoa(String.fromCharCode(...bytes));

const host = {
  limiter: memoryRateLimiter({ now: () => Date.now() }),
  now: () => new Date(),
  clientAddress: () => "192.0.2.1",
  allowedOrigins: [],
  report: ({ error }) => void reports.push(String(error)),
} satisfies Partial<RuntimeHost> as unknown as RuntimeHost;

async function ask(what: string, auth: WebhookAuthenticator, body: string, headers: Record<string, string>) {
  const route = routeKey({
    host,
    manifest: parseManifest({
      schema_version: "1.0.0",
      slug: "edge",
      title: "Edge",
      description: "Takes webhooks at the edge.",
      tool: "edge",
      key_type: ["route"],
      runtime: ["edge"],
      version: "1.0.0",
      side_effects: [],
      required_env: [],
      optional_env: [],
      exposed_routes: [
        { path: "/hook", method: ["POST"], auth: ["webhook"], tenant_scope: "global", description: "A." },
      ],
      tenant_scope: "global",
      global_reason: "a test",
      compatibility: {},
      dependencies: [],
      tables: [],
      license_spdx: "Apache-2.0",
    }),
    method: "POST",
    path: "/hook",
    auth,
    tenant: globalScope("a test"),
    authorize: fromWebhook,
    input: { body: z.union([z.looseObject({}), z.array(z.unknown())]) },
    limit: { address: { points: 10, seconds: 60 } },
    maxBodyBytes: 1000,
    idempotency: "none",
    replay: replayHarmless("a test"),
    handler: async () => ({ status: 202 }),
  });
  const sent = { ...headers, "content-type": "application/json" };
  const { status } = await route(new Request("https://site.test/hook", { method: "POST", headers: sent, body }));
  answers.push(`${what} ${status}`);
}

const secret = hex(crypto.getRandomValues(new Uint8Array(24)).buffer);
const hmac = { name: "HMAC", hash: "SHA-256" };
const mac = await crypto.subtle.importKey("raw", encoder.encode(secret), hmac, false, ["sign"]);
const generic = genericWebhook({ sender: "acme", secret });
const signature = hex(await crypto.subtle.sign("HMAC", mac, encoder.encode("{}")));
await ask("generic", generic, "{}", { "x-webhook-signature": signature });
await ask("generic, changed", generic, "{ }", { "x-webhook-signature": signature });

const ecdsa = { name: "ECDSA", namedCurve: "P-256" };
const pair = await crypto.subtle.generateKey(ecdsa, true, ["sign", "verify"]);
const spki = base64(new Uint8Array(await crypto.subtle.exportKey("spki", pair.publicKey)));
const pem = `-----BEGIN PUBLIC KEY-----\n${spki}\n-----END PUBLIC KEY-----\n`;
const identifier = "a".repeat(64);
const scanning = githubSecretScanning({
  fetch: async () => Response.json({ public_keys: [{ key_identifier: identifier, key: pem, is_current: true }] }),
});
const raw = new Uint8Array(
  await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, pair.privateKey, encoder.encode("[]")),
);
const integer = (bytes: Uint8Array): number[] => {
  const digits = [...bytes];
  while (digits[0] === 0) digits.shift();
  return (digits[0] ?? 0) > 0x7f ? [2, digits.length + 1, 0, ...digits] : [2, digits.length, ...digits];
};
const content = [...integer(raw.subarray(0, 32)), ...integer(raw.subarray(32))];
const alert = {
  "github-public-key-identifier": identifier,
  "github-public-key-signature": base64([0x30, content.length, ...content]),
};
await ask("secret scanning", scanning, "[]", alert);
await ask("secret scanning, changed", scanning, "[ ]", alert);

const time = Math.floor(Date.now() / 1000);
await ask("Stripe without its library", stripeWebhook({ secret: `whsec_${secret}` }), "{}", {
  "stripe-signature": `t=${time},v1=${"0".repeat(64)}`,
});

export const result = { answers, reports };
