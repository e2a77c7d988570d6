import { decodeJwt, type JWTVerifyGetKey } from "jose";
import { jwt, type Authenticator } from "@meterr/runtime";
import type { SessionStore } from "../session/session-store.ts";
import { JWT_LIFE_SECONDS, type JwtTerms } from "./jwt-terms.ts";
import type { MembershipsOf } from "./memberships.ts";

export interface JwtAuthenticatorParts {
  readonly terms: JwtTerms;
  readonly keys: JWTVerifyGetKey;
  readonly sessions: SessionStore;
  /** The address of a user who still exists. */
  labelOf(userId: string): Promise<string | null>;
  readonly memberships: MembershipsOf;
}

/**
 * `Authorization: Bearer <JWT>` with a token of ours. It proves the person for an hour at most, and only while
 * the session it was drawn from lives: signing out, a reset password and a removed user end it at once.
 */
export function jwtAuthenticator(parts: JwtAuthenticatorParts): Authenticator {
  const verified = jwt({
    ...parts.terms,
    keys: parts.keys,
    maxAgeSeconds: JWT_LIFE_SECONDS,
    async memberships(subject) {
      const label = await parts.labelOf(subject);
      return label === null ? null : { label, memberships: await parts.memberships(subject) };
    },
  });
  return {
    ...verified,
    async authenticate(request, io) {
      const principal = await verified.authenticate(request, io);
      const sessionId = principal === null ? null : sessionOf(request);
      if (principal === null || sessionId === null) return null;
      return (await parts.sessions.isLive(sessionId, principal.id)) ? { ...principal, credentialId: sessionId } : null;
    },
  };
}

/** The `sid` of a token whose signature has been verified already. */
function sessionOf(request: Request): string | null {
  const token = request.headers.get("authorization")?.split(" ").at(-1) ?? "";
  const { sid } = decodeJwt(token);
  return typeof sid === "string" ? sid : null;
}
