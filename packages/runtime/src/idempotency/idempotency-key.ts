import { Problem } from "../problem.ts";

// draft-ietf-httpapi-idempotency-key-header-07 §2.1: a Structured Field String. Unquoted ones are common, so both pass.
const QUOTED = /^"([\x20\x21\x23-\x5b\x5d-\x7e]{1,255})"$/;
const BARE = /^[A-Za-z0-9_\-.:~+/=]{1,255}$/;

/** The request's Idempotency-Key, or null without one. Throws Problem `invalid_request` when it is malformed. */
export function idempotencyKeyOf(request: Request): string | null {
  const header = request.headers.get("idempotency-key");
  if (header === null) return null;
  const key = QUOTED.exec(header)?.[1] ?? (BARE.test(header) ? header : undefined);
  if (key === undefined) {
    throw new Problem("invalid_request", { detail: "Idempotency-Key must be 1 to 255 printable ASCII characters." });
  }
  return key;
}
