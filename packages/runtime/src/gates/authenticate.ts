import type { AuthenticationIo, Authenticator } from "../authenticator.ts";
import type { Principal } from "../principal.ts";
import { Problem } from "../problem.ts";

/** The authentication gate. Throws Problem `credential_required`, `credential_invalid` or `identity_unavailable`. */
export async function authenticate(
  authenticator: Authenticator,
  request: Request,
  io: AuthenticationIo,
): Promise<Principal> {
  const principal = await attempt(authenticator, request, io);
  const kinds = authenticator.kinds ?? [authenticator.kind];
  if (!kinds.includes(principal.kind)) throw unavailable(new TypeError("An authenticator answered with another kind."));
  if (typeof principal.id !== "string" || principal.id === "" || !Array.isArray(principal.memberships)) {
    throw unavailable(new TypeError("An authenticator answered with an incomplete principal."));
  }
  if (principal.kind === "webhook" && !isClaimable(principal)) {
    throw unavailable(new TypeError("A webhook authenticator answered with nothing to claim."));
  }
  // A browser sends its cookie along; an Authorization header beside it means two identities.
  if (principal.kind === "session" && request.headers.has("authorization")) throw new Problem("credential_conflict");
  return Object.freeze({ ...principal, memberships: Object.freeze([...principal.memberships]) });
}

/** Without an id of its own a delivery could be had any number of times. */
function isClaimable({ delivery }: Principal): boolean {
  return delivery !== undefined && delivery.claims.length > 0 && delivery.claims.every((claim) => claim !== "");
}

async function attempt(authenticator: Authenticator, request: Request, io: AuthenticationIo): Promise<Principal> {
  try {
    if (!authenticator.presents(request)) {
      throw request.headers.has("authorization") ? invalid() : challenge("credential_required");
    }
    const principal = await authenticator.authenticate(request, io);
    if (principal === null) throw invalid();
    return principal;
  } catch (error) {
    throw error instanceof Problem ? error : unavailable(error);
  }
}

function invalid(): Problem {
  return challenge("credential_invalid");
}

/** RFC 9110 §15.5.2: a 401 names a scheme. */
function challenge(code: "credential_required" | "credential_invalid"): Problem {
  return new Problem(code, { headers: { "www-authenticate": "Bearer" } });
}

function unavailable(cause: unknown): Problem {
  return new Problem("identity_unavailable", { cause });
}
