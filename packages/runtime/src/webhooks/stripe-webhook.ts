import type { WebhookAuthenticator } from "./webhook-authenticator.ts";
import { peerLibrary, peerMissing } from "./peer-library.ts";
import { STRIPE_RETENTION } from "./retention.ts";
import { stripeAccount } from "./stripe-accounts.ts";
import { bodyText } from "./verify/body-text.ts";
import { checkTolerance, signedTime } from "./verify/signed-time.ts";
import { MIN_SECRET_BYTES, secretReader, type SecretSource } from "./verify/webhook-secrets.ts";
import {
  eventIdOf,
  eventTypeOf,
  memberOf,
  parseEvent,
  webhookPrincipal,
  type WebhookAccount,
  type WebhookEvent,
} from "./webhook-principal.ts";

/** What is used of the package `stripe`. */
export interface StripeLibrary {
  readonly default: {
    readonly webhooks: {
      readonly signature: {
        verifyHeaderAsync(
          payload: string,
          header: string,
          secret: string,
          toleranceSeconds?: number,
          cryptoProvider?: undefined,
          receivedAt?: number,
        ): Promise<boolean>;
      } | null;
    };
  };
}

export interface StripeWebhookOptions extends WebhookAccount {
  /** The endpoint's signing secret, `whsec_…`; several while it is rolled. */
  readonly secret: SecretSource;
  /** Seconds the signed time may differ from ours, either way. Default 300. */
  readonly toleranceSeconds?: number;
  /** Default: the connected account (`event.account`). `stripeCustomer` reads the customer instead. */
  readonly account?: (event: WebhookEvent) => string | number | null;
  /** Default: `import("stripe")`. */
  readonly library?: () => Promise<StripeLibrary>;
}

const HEADER = "stripe-signature";
const MAX_HEADER = 2048;
const SECRET = /^whsec_[\x21-\x7e]+$/;
const ITEM = /^([a-z0-9]{1,8})=([\x21-\x2b\x2d-\x7e]{0,256})$/;
const SIGNATURE = /^[0-9a-f]{64}$/;

/**
 * Stripe's webhooks, verified by Stripe's library (https://docs.stripe.com/webhooks/signature). What it leaves open is
 * closed here: times ahead of ours, a tolerance of 0, times such as `123abc`, several times in one header, replays.
 * Throws RuntimeError `webhook_secret_invalid` or `webhook_invalid` when built with unfit options.
 */
export function stripeWebhook(options: StripeWebhookOptions): WebhookAuthenticator {
  const name = "stripeWebhook";
  const secrets = secretReader(options.secret, { name, refusal: secretRefusal });
  const tolerance = checkTolerance(name, options.toleranceSeconds);
  const library = peerLibrary(options.library ?? loadStripe);
  const lookup: WebhookAccount = { ...options, account: options.account ?? stripeAccount };
  return {
    name: "stripe",
    kind: "webhook",
    presents: (request) => request.headers.has(HEADER),
    async authenticate(request, io) {
      const header = request.headers.get(HEADER) ?? "";
      const known = await secrets();
      const now = io.now();
      const sentAt = timeOf(header, now, tolerance);
      if (sentAt === null) return null;
      const bytes = await io.rawBody();
      const text = bodyText(bytes);
      if (text === null || text === "") return null;
      const { signature } = (await library()).default.webhooks;
      if (signature === null) throw new TypeError("The package stripe has no signature verification.");
      let verified = false;
      for (const secret of known) {
        verified ||= await signature
          .verifyHeaderAsync(text, header, secret, tolerance, undefined, now.getTime())
          .catch(unlessInvalid);
      }
      if (!verified) return null;
      const event = parseEvent(text);
      const id = eventIdOf(memberOf(event, "id"));
      const eventType = eventTypeOf(memberOf(event, "type"));
      return webhookPrincipal(
        {
          sender: "stripe",
          label: "Stripe",
          id,
          claims: [id],
          eventType,
          sentAt,
          retention: STRIPE_RETENTION,
          bytes,
          event,
        },
        lookup,
      );
    },
  };
}

/** `t=…,v1=…[,v1=…][,v0=…]`, with one time and well-formed signatures only. */
function timeOf(header: string, now: Date, tolerance: number): Date | null {
  if (header.length > MAX_HEADER) return null;
  let time: string | null = null;
  let signatures = 0;
  for (const item of header.split(",")) {
    const [, scheme, value = ""] = ITEM.exec(item) ?? [];
    if (scheme === undefined) return null;
    if (scheme === "t") {
      if (time !== null) return null;
      time = value;
    }
    if (scheme === "v1") {
      if (!SIGNATURE.test(value)) return null;
      signatures++;
    }
  }
  return time === null || signatures === 0 ? null : signedTime(time, now, tolerance);
}

function secretRefusal(secret: string): string | null {
  if (!SECRET.test(secret)) return "a signing secret begins with whsec_ and has no white space";
  return secret.length - "whsec_".length < MIN_SECRET_BYTES
    ? `a secret is shorter than ${MIN_SECRET_BYTES} bytes`
    : null;
}

/** The library says "not valid" by throwing this; anything else is a fault and says nothing of the signature. */
function unlessInvalid(error: unknown): false {
  if (error instanceof Error && "type" in error && error.type === "StripeSignatureVerificationError") return false;
  throw error;
}

async function loadStripe(): Promise<StripeLibrary> {
  // Inside a try, bundlers take the import for optional.
  try {
    return await import("stripe");
  } catch (cause) {
    throw peerMissing("stripeWebhook", "stripe", cause);
  }
}
