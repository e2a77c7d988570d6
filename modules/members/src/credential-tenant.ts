import { serviceAccount, type AuditEvent, type AuditEntry, type VerifiedTenant } from "@meterr/runtime";

export type OneTimeCredential = "setup_token" | "invitation";

/** What writes in an organisation's name without a member's request: a one-time token, or a password that was set. */
type Occasion = OneTimeCredential | "password";

/** Milliseconds: one request. */
const LIFE = 60_000;

/**
 * The one organisation a one-time token leads to, for the transaction that consumes it: for setup the organisation
 * being made, for an invitation the one its row names; for a password one that the person is a member of. The account acts with no role; `memberId` is who comes to be.
 */
export function tenantOfCredential(
  credential: Occasion,
  to: { orgId: string; memberId: string; now: Date },
): Promise<VerifiedTenant> {
  const account = serviceAccount({
    id: `members.${credential}`,
    issuer: "members",
    scope: [credential],
    expiresAt: new Date(to.now.getTime() + LIFE),
    membership: async (tenantId) =>
      tenantId === to.orgId ? { tenantId, subjectId: to.memberId, role: "", visibility: "tenant" } : null,
  });
  return account.tenant({ tenantId: to.orgId, scope: credential, now: to.now });
}

/** An audit entry whose actor is the person the token let in, by the id of the member they became. */
export function entryOf(
  event: AuditEvent,
  by: { credential: OneTimeCredential; memberId: string; email: string; requestId: string; address: string },
): AuditEntry {
  const { requestId, address } = by;
  return { ...event, actor: { kind: by.credential, id: by.memberId, label: by.email }, requestId, address };
}
