import { connectPool, withTenant, type DatabaseSettings } from "@meterr/database";
import { createIdentity, IdentityError } from "@meterr/identity";
import { appendAuditEntry } from "@meterr/module-audit-log";
import { passwordRecorder } from "@meterr/module-members";
import type { RolePasswords } from "../home/role-passwords.ts";
import { asDatabaseFailure } from "./as-cli-error.ts";
import { settingsOf } from "./prepare-database.ts";

export interface ResetRequest {
  admin: DatabaseSettings;
  passwords: RolePasswords;
  authSecret: string;
  /** Where the dashboard is: the link leads there. */
  publicUrl: string;
  email: string;
  requestId: string;
  now: () => Date;
}

export interface IssuedLink {
  email: string;
  link: string;
  expiresAt: Date;
}

/**
 * Acts as the dashboard's two roles do. The link is given out only once it stands in the log of every organisation
 * that has the person as a member; null, and no link, when there is no such person or no such organisation.
 */
export async function issueResetLink(request: ResetRequest): Promise<IssuedLink | null> {
  const { admin, passwords, now } = request;
  const connect = (role: "meterr_identity" | "meterr_dashboard") =>
    connectPool(settingsOf(admin, passwords, role), {
      max: 2,
      applicationName: "meterr-cli",
      connectTimeoutMs: 10_000,
    });
  const [identityPool, pool] = [connect("meterr_identity"), connect("meterr_dashboard")];
  try {
    const identity = await createIdentity({
      pool: identityPool,
      baseUrl: request.publicUrl,
      secret: request.authSecret,
      clock: now,
      trustedOrigins: [],
      memberships: async () => [],
      secureCookies: false,
      clientAddress: () => "",
    });
    const user = await identity.findUserByEmail(request.email);
    if (user === null) return null;
    const record = passwordRecorder({
      host: { withTenant: (tenant, work) => withTenant(pool, tenant, work), audit: appendAuditEntry, now },
      lookup: {
        query: async <Row>(text: string, values: readonly unknown[] = []) => {
          // sql-not-constant: passes on the constant statement of the module that calls
          const result = await pool.query(text, [...values]);
          return { rows: result.rows as Row[], rowCount: result.rowCount };
        },
      },
    });
    const recorded = await record({
      action: "member.password_reset_issued",
      userId: user.id,
      actor: { kind: "operator", id: "machine", label: "Operator of the machine" },
      requestId: request.requestId,
      address: "",
    });
    if (recorded === 0) return null;
    const { link, expiresAt } = await identity.issueResetLink(user.email);
    return { email: user.email, link, expiresAt };
  } catch (error) {
    throw error instanceof IdentityError ? error : asDatabaseFailure(error);
  } finally {
    await Promise.all([identityPool.end(), pool.end()]);
  }
}
