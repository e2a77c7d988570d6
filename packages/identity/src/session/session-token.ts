import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { cookiePairs } from "./cookie-pairs.ts";

/** What a row holds in place of a session's token: SHA-256 in base64url, 43 characters. */
export function hashSessionToken(token: string): string {
  return createHash("sha256").update(token, "utf8").digest("base64url");
}

/**
 * The token inside a session cookie's value, `token.signature` with an HMAC-SHA-256 in base64, percent-encoded
 * as it stands in the header or decoded. Null when the signature was not made with `secret`.
 */
export function openSessionCookie(value: string, secret: string): string | null {
  const decoded = decode(value);
  if (decoded === null) return null;
  const dot = decoded.lastIndexOf(".");
  if (dot < 1) return null;
  const token = decoded.slice(0, dot);
  const given = Buffer.from(decoded.slice(dot + 1), "base64");
  const expected = createHmac("sha256", secret).update(token, "utf8").digest();
  return given.length === expected.length && timingSafeEqual(given, expected) ? token : null;
}

/** The value of the one cookie with this name; null when there is none, or several that could be confused. */
export function readCookie(header: string | null, name: string): string | null {
  const values = cookiePairs(header)
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
  return values.length === 1 ? (values[0] ?? null) : null;
}

function decode(value: string): string | null {
  try {
    return decodeURIComponent(value);
  } catch {
    return null;
  }
}
