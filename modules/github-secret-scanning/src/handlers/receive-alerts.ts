import {
  globalScope,
  Problem,
  reportTo,
  routeKey,
  type KeyManifest,
  type RouteKey,
  type RuntimeHost,
} from "@meterr/runtime";
import { fromWebhook, replayHarmless, type WebhookAuthenticator } from "@meterr/runtime/webhooks";
import { leakedTokens } from "../leaked-tokens.ts";
import { revokeAll, type RevokeParts } from "../revoke-all.ts";
import { alertsBody } from "../validators/alerts.ts";

const PATH = "/api/v1/github-secret-scanning/alerts";

/** GitHub sends from few addresses; whoever floods this with false signatures is held to it as well. */
const LIMIT = { address: { points: 300, seconds: 60 } };

export interface AlertParts extends Omit<RevokeParts, "report"> {
  readonly host: RuntimeHost;
  readonly manifest: KeyManifest;
  readonly auth: WebhookAuthenticator;
  readonly globalReason: string;
  readonly maxBodyBytes: number;
}

/**
 * Revokes every token of an alert and answers GitHub's feedback: for each the SHA-256, the type and whether it was real
 * (https://docs.github.com/en/code-security/secret-scanning/secret-scanning-partner-program#provide-feedback-for-false-positives).
 * 503 unless every one of them was dealt with.
 */
export function receiveAlerts(parts: AlertParts): RouteKey {
  const { host } = parts;
  return routeKey({
    host,
    manifest: parts.manifest,
    auth: parts.auth,
    authorize: fromWebhook,
    tenant: globalScope(parts.globalReason),
    method: "POST",
    path: PATH,
    input: { body: alertsBody },
    limit: LIMIT,
    maxBodyBytes: parts.maxBodyBytes,
    idempotency: "none",
    replay: replayHarmless("A token that was revoked stays revoked; the second answer is the first."),
    handler: async ({ body, requestId }) => {
      const tokens = await leakedTokens(body);
      const report = (error: unknown): void => reportTo(host, { error, requestId, route: `POST ${PATH}` });
      const answers = await revokeAll(tokens, { revoke: parts.revoke, timeoutMs: parts.timeoutMs, report });
      if (answers === null) throw new Problem("dependency_unavailable");
      return {
        status: 200,
        body: tokens.map((token) => ({
          token_hash: token.tokenHash,
          token_type: token.type,
          label: answers.get(token) === "unknown" ? "false_positive" : "true_positive",
        })),
      };
    },
  });
}
