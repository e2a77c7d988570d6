import { isCanonicalBase64url } from "../canonical-base64url.ts";
import { openFailed } from "../vault-error.ts";

export type ProtectedHeader = Readonly<Record<string, unknown>>;

/** Characters of base64url. The longest header we write, with a destination of 300, is below 1,200. */
const MAX_HEADER_LENGTH = 2048;
/** Characters. What a sealed row may hold; everything else the vault writes is far smaller. */
const MAX_JWE_LENGTH = 16_384;

/**
 * Reads the protected header of a compact JWE without trusting it (RFC 7516 §5.2, steps 1–4), after bounding
 * every size and refusing any segment that is not the one canonical base64url form of its bytes: otherwise
 * the unused bits of a last character could be flipped and the value would still open.
 *
 * @throws VaultError `open_failed`
 */
export function readProtectedHeader(jwe: string): ProtectedHeader {
  if (typeof jwe !== "string" || jwe.length > MAX_JWE_LENGTH) throw openFailed();
  const segments = jwe.split(".");
  const [encoded] = segments;
  if (segments.length !== 5 || encoded === undefined || encoded.length > MAX_HEADER_LENGTH) throw openFailed();
  if (!segments.every(isCanonicalBase64url)) throw openFailed();
  let header: unknown;
  try {
    header = JSON.parse(Buffer.from(encoded, "base64url").toString("utf8"));
  } catch {
    throw openFailed();
  }
  if (typeof header !== "object" || header === null || Array.isArray(header)) throw openFailed();
  // "the Header Parameter names within the JOSE Header MUST be unique" (RFC 7516 §4). JSON.parse keeps the
  // last of two; writing it again and comparing refuses duplicates, whitespace, odd escapes and bad UTF-8 at once.
  if (Buffer.from(JSON.stringify(header)).toString("base64url") !== encoded) throw openFailed();
  return header as ProtectedHeader;
}

/** True when the header has exactly these parameters: so no `zip`, `crit`, `p2c`, `jku` or unknown one passes. */
export function hasExactly(header: ProtectedHeader, names: readonly string[]): boolean {
  const present = Object.keys(header);
  return present.length === names.length && names.every((name) => Object.hasOwn(header, name));
}
