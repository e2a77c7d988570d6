import { createHmac, randomUUID } from "node:crypto";
import { genericWebhook, githubWebhook, standardWebhook, stripeWebhook } from "../src/webhooks/index.ts";
import { ACCOUNT, hmacHex, newSecret, newWhsec, NOW_SECONDS, tenantOf, type Sender } from "./webhook-route.ts";

const account = (event: unknown): string | null => {
  const named = typeof event === "object" && event !== null && "account" in event ? event.account : null;
  return typeof named === "string" ? named : null;
};

/** Every HMAC sender, signed here by node:crypto after the sender's own documentation, never by the code under test. */
export function senders(): readonly Sender[] {
  const stripe = `whsec_${newSecret()}`;
  const github = newSecret();
  const standard = newWhsec();
  const generic = newSecret();
  const body = (id: string = randomUUID()): string => `{"id":"evt_${id}","type":"a.b", "account":"${ACCOUNT}"}`;
  return [
    {
      name: "stripeWebhook",
      auth: stripeWebhook({ secret: stripe, tenantOf }),
      signatureHeader: "stripe-signature",
      timed: true,
      sign(bytes, { time = String(NOW_SECONDS), secret = stripe } = {}) {
        return { "stripe-signature": `t=${time},v1=${hmacHex(secret, `${time}.`, bytes)}` };
      },
      body,
    },
    {
      name: "githubWebhook",
      auth: githubWebhook({ secret: github, tenantOf, account }),
      signatureHeader: "x-hub-signature-256",
      timed: false,
      sign(bytes, { id = randomUUID(), secret = github } = {}) {
        return {
          "x-hub-signature-256": `sha256=${hmacHex(secret, bytes)}`,
          "x-github-delivery": id,
          "x-github-event": "push",
        };
      },
      body,
    },
    {
      name: "standardWebhook",
      auth: standardWebhook({ secret: standard, tenantOf, account }),
      signatureHeader: "webhook-signature",
      timed: true,
      sign(bytes, { time = String(NOW_SECONDS), id = randomUUID(), secret = standard } = {}) {
        const hmac = createHmac("sha256", Buffer.from(secret.slice("whsec_".length), "base64"));
        const signature = hmac.update(`${id}.${time}.`).update(bytes).digest("base64");
        return { "webhook-id": id, "webhook-timestamp": time, "webhook-signature": `v1,${signature}` };
      },
      body,
    },
    {
      name: "genericWebhook with a time",
      auth: genericWebhook({
        sender: "acme",
        secret: generic,
        timestampHeader: "X-Webhook-Timestamp",
        tenantOf,
        account,
      }),
      signatureHeader: "x-webhook-signature",
      timed: true,
      sign(bytes, { time = String(NOW_SECONDS), secret = generic } = {}) {
        return { "x-webhook-signature": hmacHex(secret, `${time}.`, bytes), "x-webhook-timestamp": time };
      },
      body,
    },
    {
      name: "genericWebhook without a time",
      auth: genericWebhook({ sender: "acme", secret: generic, tenantOf, account }),
      signatureHeader: "x-webhook-signature",
      timed: false,
      sign: (bytes, { secret = generic } = {}) => ({ "x-webhook-signature": `sha256=${hmacHex(secret, bytes)}` }),
      body,
    },
  ];
}
