import type { Secret } from "@meterr/vault";
import { Refusal } from "../refusal.ts";

/** Either the bytes to pass on, or what to say instead. The body is null when it was too long to read. */
export type ErrorBodyJudge = (status: number, body: Buffer | null) => Buffer | Refusal;

/** Providers echo the first and last characters of a credential; this many in a row are taken as an echo. */
const ECHO_LENGTH = 8;

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
    if (body === null || echoes(body.toString("latin1"), secret.reveal())) {
      return new Refusal("upstream_unreachable", `The provider answered with an error of status ${status}.`, {
        status: status >= 500 ? 502 : status < 400 ? 502 : status,
      });
    }
    // A redirect would send the client past the gateway.
    if (status < 400)
      return new Refusal("destination_refused", "The provider answered with a redirect, which is not followed.");
    return body;
  };
}

function echoes(text: string, secret: string): boolean {
  // A common prefix such as "sk-proj-" says nothing; the distinguishing part is looked for piece by piece.
  const start = Math.min(secret.length, secret.lastIndexOf("-", ECHO_LENGTH) + 1);
  for (let at = start; at + ECHO_LENGTH <= secret.length; at += 1) {
    if (text.includes(secret.slice(at, at + ECHO_LENGTH))) return true;
  }
  return secret.length > 0 && text.includes(secret);
}
