import { errors, jwtVerify, type CryptoKey, type JWK, type JWTVerifyGetKey } from "jose";
import type { Authenticator } from "../authenticator.ts";
import type { Membership } from "../principal.ts";
import { bearerToken } from "./bearer-token.ts";

export interface JwtOptions {
  readonly issuer: string;
  readonly audience: string;
  /** Pinned: a token signed with anything else is refused (RFC 8725 §3.1). */
  readonly algorithms: readonly string[];
  /** A public key, or a resolver such as jose's `createLocalJWKSet` and `createRemoteJWKSet`. */
  readonly keys: JWTVerifyGetKey | CryptoKey | JWK;
  /** Refuses tokens issued longer ago than this, or in the future; then `iat` is required too. */
  readonly maxAgeSeconds?: number;
  /** Reads the person's memberships as they are now; null when there is no such person. Throwing means 503. */
  memberships(subject: string): Promise<{ label: string; memberships: readonly Membership[] } | null>;
}

// Two machines' clocks may differ by this much; more would keep expired tokens alive.
const CLOCK_TOLERANCE_SECONDS = 5;

// Base64url in the one way it is written (RFC 4648 §3.5): unused bits are 0, so that a token has no second spelling.
const PART = /^(?:[\w-]{4})*(?:[\w-][AQgw]|[\w-]{2}[AEIMQUYcgkosw048])?$/;

// What says "this token is not valid". Anything else (a key set that cannot be fetched) says "cannot tell".
const INVALID = new Set([
  "ERR_JWT_EXPIRED",
  "ERR_JWT_CLAIM_VALIDATION_FAILED",
  "ERR_JWT_INVALID",
  "ERR_JWS_INVALID",
  "ERR_JWS_SIGNATURE_VERIFICATION_FAILED",
  "ERR_JOSE_ALG_NOT_ALLOWED",
  "ERR_JOSE_NOT_SUPPORTED",
  "ERR_JWKS_NO_MATCHING_KEY",
]);

/**
 * `Authorization: Bearer <JWT>` (RFC 7519). The token proves the person only: membership and role are read per
 * request. Throws a TypeError without algorithms, with `none`, or with shared-secret and public-key ones mixed.
 */
export function jwt(options: JwtOptions): Authenticator {
  const shared = options.algorithms.filter((algorithm) => algorithm.startsWith("HS")).length;
  if (options.algorithms.length === 0 || options.algorithms.some((algorithm) => algorithm.toLowerCase() === "none")) {
    throw new TypeError("jwt needs pinned algorithms, and none is not one.");
  }
  if (shared !== 0 && shared !== options.algorithms.length) {
    throw new TypeError("jwt cannot take shared-secret and public-key algorithms for the same keys.");
  }
  const claims = {
    issuer: options.issuer,
    audience: options.audience,
    algorithms: [...options.algorithms],
    requiredClaims: ["exp", "iss", "aud", "sub"],
    clockTolerance: CLOCK_TOLERANCE_SECONDS,
    ...(options.maxAgeSeconds === undefined ? {} : { maxTokenAge: options.maxAgeSeconds }),
  };
  return {
    name: "jwt",
    kind: "jwt",
    presents: (request) => isCompact(bearerToken(request) ?? ""),
    async authenticate(request, io) {
      const token = bearerToken(request) ?? "";
      if (!isCompact(token)) return null;
      const payload = await jwtVerify(token, options.keys, { ...claims, currentDate: io.now() }).then(
        (verified) => verified.payload,
        (error: unknown) => {
          if (error instanceof errors.JOSEError && INVALID.has(error.code)) return null;
          throw error;
        },
      );
      if (payload === null || typeof payload.sub !== "string" || payload.sub === "") return null;
      const person = await options.memberships(payload.sub);
      if (person === null) return null;
      return {
        kind: "jwt",
        id: payload.sub,
        label: person.label,
        memberships: person.memberships,
        ...(typeof payload.jti === "string" ? { credentialId: payload.jti } : {}),
      };
    },
  };
}

/** RFC 7515 §3.1: three parts; an empty signature is looked at as well, and refused. */
function isCompact(token: string): boolean {
  const parts = token.split(".");
  return parts.length === 3 && parts[0] !== "" && parts[1] !== "" && parts.every((part) => PART.test(part));
}
