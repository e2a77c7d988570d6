// Bounds the work an unauthenticated client can cause; a JWT of ours is under 1 KiB.
const MAX_TOKEN_LENGTH = 8192;

// RFC 6750 §2.1: the scheme, one space or more, a b64token. A list (two headers joined by a comma) does not match.
const BEARER = /^bearer +([A-Za-z0-9\-._~+/]+=*)$/i;

/** The token of `Authorization: Bearer …`, or null when there is none or it is malformed. */
export function bearerToken(request: Request): string | null {
  const header = request.headers.get("authorization");
  if (header === null || header.length > MAX_TOKEN_LENGTH) return null;
  return BEARER.exec(header)?.[1] ?? null;
}
