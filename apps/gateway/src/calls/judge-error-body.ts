import type { Secret } from "@meterr/vault";
import { Refusal } from "../refusal.ts";
import { quotesSecret } from "./quotes-secret.ts";

/** Either the bytes to pass on, or what to say instead. The body is null when it was too long, or packed. */
export type ErrorBodyJudge = (status: number, body: Buffer | null) => Buffer | Refusal;

/**
 * Judges a provider's error before a client sees it. 401 and 403 speak of the provider secret, which is not the
 * client's business, and may quote it; any other body passes unless a part of the secret stands in it.
 */
export function errorBodyJudge(secret: Secret): ErrorBodyJudge {
  return (status, body) => {
    // Google says 400 API_KEY_INVALID where others say 401.
    if (status === 401 || status === 403 || (status === 400 && body?.includes("API_KEY_INVALID") === true)) {
      return new Refusal(
        "destination_refused",
        "The provider refused the organisation's provider secret. An administrator can check it under provider secrets.",
      );
    }
    if (body === null || quotesSecret(body.toString("latin1"), secret.reveal())) {
      return new Refusal("upstream_unreachable", `The provider answered with an error of status ${status}.`, {
        status: status >= 500 || status < 400 ? 502 : status,
      });
    }
    // A redirect would send the client past the gateway.
    if (status < 400)
      return new Refusal("destination_refused", "The provider answered with a redirect, which is not followed.");
    return body;
  };
}
