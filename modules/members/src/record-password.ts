import type { RuntimeHost, Sql } from "@meterr/runtime";
import { tenantOfCredential } from "./credential-tenant.ts";

/** What happened to a person's password, and by whom. */
export interface PasswordEvent {
  readonly action: "member.password_changed" | "member.password_reset_issued" | "member.password_reset";
  readonly userId: string;
  readonly actor: { readonly kind: string; readonly id: string; readonly label: string };
  readonly requestId: string;
  /** The client's; empty for the operator of the machine. */
  readonly address: string;
}

export interface PasswordRecorderParts {
  readonly host: Pick<RuntimeHost, "withTenant" | "audit" | "now">;
  /** Outside any tenant: `memberships_of` is asked of it. */
  readonly lookup: Sql;
}

/**
 * A password belongs to a person, not to an organisation: it is recorded in the log of each that has them as a member.
 * Resolves to how many those are.
 */
export function passwordRecorder({ host, lookup }: PasswordRecorderParts): (event: PasswordEvent) => Promise<number> {
  return async ({ action, userId, actor, requestId, address }) => {
    const found = await lookup.query<{ org_id: string; member_id: string }>(
      "select org_id, member_id from memberships_of($1)",
      [userId],
    );
    for (const { org_id: orgId, member_id: memberId } of found.rows) {
      const tenant = await tenantOfCredential("password", { orgId, memberId, now: host.now() });
      const subject = { type: "member", id: memberId };
      await host.withTenant(tenant, (sql) => host.audit(sql, tenant, { action, subject, actor, requestId, address }));
    }
    return found.rows.length;
  };
}
