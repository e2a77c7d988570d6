import type { Membership, Visibility } from "../principal.ts";

// Held by this file alone: without it the constructor throws, so no other module can make a tenant.
const ISSUE: unique symbol = Symbol("issue");

/**
 * A tenant proved by a credential. The only value that opens a tenant transaction.
 * It cannot be built, copied, spread or deserialised: the private brand does not travel.
 */
export class VerifiedTenant {
  readonly #brand = true;
  /** The organisation's id, a UUID. */
  readonly id: string;
  /** The member's id, or null for an account that is not a member. */
  readonly subject: string | null;
  readonly role: string | null;
  readonly visibility: Visibility;

  constructor(
    issue: typeof ISSUE,
    claim: { id: string; subject: string | null; role: string | null; visibility: Visibility },
  ) {
    if (issue !== ISSUE) throw new TypeError("A VerifiedTenant is made by the tenant gate only.");
    this.id = claim.id;
    this.subject = claim.subject;
    this.role = claim.role;
    this.visibility = claim.visibility;
    Object.freeze(this);
  }

  static isVerified(value: unknown): value is VerifiedTenant {
    return typeof value === "object" && value !== null && #brand in value && value.#brand;
  }
}

/** True only for a tenant that the tenant gate made in this process. */
export function isVerifiedTenant(value: unknown): value is VerifiedTenant {
  return VerifiedTenant.isVerified(value);
}

/** For the gates of this package; not exported from it. */
export function issueTenant(membership: Membership): VerifiedTenant {
  return new VerifiedTenant(ISSUE, {
    id: membership.tenantId,
    subject: membership.subjectId === "" ? null : membership.subjectId,
    role: membership.role === "" ? null : membership.role,
    visibility: membership.visibility,
  });
}
