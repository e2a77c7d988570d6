import type { WebhookAuthenticator } from "./webhook-authenticator.ts";
import { peerLibrary, peerMissing } from "./peer-library.ts";
import { GITHUB_RETENTION } from "./retention.ts";
import { bodyText } from "./verify/body-text.ts";
import { sha256Hex } from "./verify/sha256-hex.ts";
import { secretReader, tooShort, type SecretSource } from "./verify/webhook-secrets.ts";
import {
  eventTypeOf,
  memberOf,
  parseEvent,
  webhookPrincipal,
  type WebhookAccount,
  type WebhookEvent,
} from "./webhook-principal.ts";

/** What is used of the package `@octokit/webhooks-methods`. */
export interface GithubLibrary {
  verify(secret: string, payload: string, signature: string): Promise<boolean>;
}

export interface GithubWebhookOptions extends WebhookAccount {
  /** The webhook's secret, 16 bytes or more; several while it is changed. */
  readonly secret: SecretSource;
  /** Default: the installation of the GitHub App (`installation.id`). */
  readonly account?: (event: WebhookEvent) => string | number | null;
  /** Default: `import("@octokit/webhooks-methods")`. */
  readonly library?: () => Promise<GithubLibrary>;
}

const HEADER = "x-hub-signature-256";
const SIGNATURE = /^sha256=[0-9a-f]{64}$/;
const DELIVERY = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/**
 * GitHub's webhooks, verified by Octokit's library
 * (https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries). GitHub signs the body alone: no
 * time, and neither `x-github-delivery` nor `x-github-event`. So a delivery is claimed by its id and by its body as well:
 * a captured one under a new id is a replay too. The older `x-hub-signature` (SHA-1) is no credential.
 * Throws RuntimeError `webhook_secret_invalid` when built with an unfit secret.
 */
export function githubWebhook(options: GithubWebhookOptions): WebhookAuthenticator {
  const name = "githubWebhook";
  const secrets = secretReader(options.secret, { name, refusal: tooShort });
  const library = peerLibrary(options.library ?? loadOctokit);
  const lookup: WebhookAccount = { ...options, account: options.account ?? installationOf };
  return {
    name: "github",
    kind: "webhook",
    presents: (request) => request.headers.has(HEADER),
    async authenticate(request, io) {
      const signature = request.headers.get(HEADER) ?? "";
      const id = request.headers.get("x-github-delivery")?.toLowerCase() ?? "";
      const known = await secrets();
      if (!SIGNATURE.test(signature) || !DELIVERY.test(id)) return null;
      const bytes = await io.rawBody();
      const text = bodyText(bytes);
      if (text === null || text === "") return null;
      const { verify } = await library();
      let verified = false;
      for (const secret of known) verified ||= await verify(secret, text, signature);
      if (!verified) return null;
      return webhookPrincipal(
        {
          sender: "github",
          label: "GitHub",
          id,
          claims: [`delivery:${id}`, `body:${await sha256Hex(bytes)}`],
          eventType: eventTypeOf(request.headers.get("x-github-event")),
          sentAt: null,
          retention: GITHUB_RETENTION,
          bytes,
          event: parseEvent(text),
        },
        lookup,
      );
    },
  };
}

function installationOf(event: unknown): string | number | null {
  const id = memberOf(memberOf(event, "installation"), "id");
  return typeof id === "string" || typeof id === "number" ? id : null;
}

async function loadOctokit(): Promise<GithubLibrary> {
  // Inside a try, bundlers take the import for optional.
  try {
    return await import("@octokit/webhooks-methods");
  } catch (cause) {
    throw peerMissing("githubWebhook", "@octokit/webhooks-methods", cause);
  }
}
