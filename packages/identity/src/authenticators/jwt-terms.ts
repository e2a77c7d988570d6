/** Who makes our JWTs, for whom, and how they are signed. */
export interface JwtTerms {
  readonly issuer: string;
  readonly audience: string;
  readonly algorithms: readonly ["EdDSA"];
}

/** A JWT proves the person for one hour. Seconds. */
export const JWT_LIFE_SECONDS = 3600;

/** The terms of an installation at `origin`. */
export function jwtTerms(origin: string): JwtTerms {
  return { issuer: origin, audience: `${origin}/api/v1`, algorithms: ["EdDSA"] };
}

/**
 * The claims: iss, aud, sub (the user), iat, exp (RFC 7519) and sid, the session it was drawn from, so that it
 * ends with that session. No role, organisation or address: those are read from the database on every request.
 */
export function accessTokenClaims({ issuer, audience }: JwtTerms) {
  return {
    issuer,
    audience,
    expirationTime: `${JWT_LIFE_SECONDS}s`,
    getSubject: ({ user }: { user: { id: string } }) => user.id,
    definePayload: ({ session }: { session: { id: string } }) => ({ sid: session.id }),
  };
}
