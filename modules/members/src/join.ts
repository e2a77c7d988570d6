import { Problem, type RuntimeHost } from "@meterr/runtime";
import { entryOf, tenantOfCredential } from "./credential-tenant.ts";
import type { FoundInvitation } from "./invitation-rows.ts";

export interface Joining {
  readonly invitation: FoundInvitation;
  readonly tokenHash: Uint8Array;
  readonly memberId: string;
  /** Proved to be the user of the invited address. */
  readonly userId: string;
  /** Null: as the invitation says. */
  readonly name: string | null;
  readonly now: Date;
  readonly requestId: string;
  readonly address: string;
}

/**
 * Makes the member and consumes the invitation, recorded in the same transaction.
 * Throws Problem `invitation_void`, `invitation_used` or `already_member`, nothing changed.
 */
export async function join(host: RuntimeHost, joining: Joining): Promise<Record<string, unknown>> {
  const { invitation, tokenHash, memberId, userId, now, requestId, address } = joining;
  const { orgId, orgName, role, email } = invitation;
  const tenant = await tenantOfCredential("invitation", { orgId, memberId, now });
  await host.withTenant(tenant, async (sql) => {
    const found = await sql.query<{ verdict: string }>("select accept_invitation($1, $2, $3, $4, $5) as verdict", [
      orgId,
      tokenHash,
      memberId,
      userId,
      joining.name,
    ]);
    const verdict = found.rows[0]?.verdict;
    if (verdict === "accepted") throw new Problem("invitation_used");
    if (verdict === "already_member") throw new Problem("already_member");
    if (verdict !== "joined") throw new Problem("invitation_void");
    const event = {
      action: "member.joined",
      subject: { type: "member", id: memberId },
      details: { role, invitation_id: invitation.id },
    };
    await host.audit(sql, tenant, entryOf(event, { credential: "invitation", memberId, email, requestId, address }));
  });
  return { organisation: { id: orgId, name: orgName }, member: { id: memberId, role } };
}
