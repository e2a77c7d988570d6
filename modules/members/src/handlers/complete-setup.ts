import { IdentityError } from "@meterr/identity";
import { Problem, routeKey, type RouteKey, type Sql } from "@meterr/runtime";
import { hashToken } from "@meterr/vault";
import { insertApiToken } from "../api-token-rows.ts";
import { entryOf, tenantOfCredential } from "../credential-tenant.ts";
import { FAILURE_PROBLEMS, failureProblem } from "../failure-problem.ts";
import { belongsNowhere, dropUnusedUser } from "../unused-user.ts";
import { ONE_TIME_LIMIT, type Deps, type PublicParts } from "../route-parts.ts";
import { setupInput } from "../validators/inputs.ts";

/**
 * The first owner. One transaction claims the token and keeps others out, makes user, organisation and member, and
 * records it; when it does not commit, the user, who lives outside it, is deleted again. An API token for the operator
 * is minted for a caller who asks for one and will keep it: nobody owns a credential they have not seen.
 */
export function completeSetup(parts: PublicParts, deps: Deps): RouteKey {
  return routeKey({
    ...parts,
    method: "POST",
    path: "/api/v1/setup",
    input: { body: setupInput },
    limit: ONE_TIME_LIMIT,
    maxBodyBytes: 8 * 1024,
    idempotency: "none",
    problems: {
      password_refused: FAILURE_PROBLEMS.password_refused,
      email_taken: FAILURE_PROBLEMS.email_taken,
      setup_token_invalid: { status: 401, detail: "The token is not the one this machine printed last." },
      setup_completed: { status: 409, detail: "This installation has an owner already. Sign in instead." },
    },
    handler: async ({ body, now, requestId, address }) => {
      const { organisation, name, email, password } = body;
      const tokenHash = hashToken(body.setup_token);
      const [orgId, memberId] = [deps.newId(), deps.newId()];
      const tenant = await tenantOfCredential("setup_token", { orgId, memberId, now });
      const by = { credential: "setup_token", memberId, email, requestId, address } as const;
      const made: { userId: string | null } = { userId: null };
      try {
        const apiToken = await parts.host.withTenant(tenant, async (sql) => {
          await claim(sql, tokenHash);
          made.userId = await createFirstUser(sql, deps, { email, password, name });
          const done = await sql.query<{ done: boolean }>("select complete_setup($1, $2, $3, $4, $5, $6, $7) as done", [
            tokenHash,
            orgId,
            organisation,
            memberId,
            made.userId,
            email,
            name,
          ]);
          if (done.rows[0]?.done !== true) throw new Problem("setup_completed");
          const completed = { action: "setup.completed", subject: { type: "organisation", id: orgId } };
          await parts.host.audit(sql, tenant, entryOf({ ...completed, details: { member_id: memberId } }, by));
          if (!body.operator_token) return null;
          const row = { orgId, id: deps.newId(), memberId, name: "operator", mintedBy: null, expiresAt: null };
          const token = await insertApiToken(sql, row, deps.randomBytes);
          const minted = { action: "api_token.minted", subject: { type: "api_token", id: row.id } };
          await parts.host.audit(
            sql,
            tenant,
            entryOf({ ...minted, details: { name: row.name, expires_at: null } }, by),
          );
          return token;
        });
        return {
          status: 201,
          body: {
            organisation: { id: orgId, name: organisation },
            member: { id: memberId, role: "owner" },
            api_token: apiToken,
          },
        };
      } catch (error) {
        if (made.userId !== null) await dropUnusedUser(deps, made.userId);
        throw failureProblem(error);
      }
    },
  });
}

async function claim(sql: Sql, tokenHash: Uint8Array): Promise<void> {
  const found = await sql.query<{ state: string }>("select claim_setup($1) as state", [tokenHash]);
  const state = found.rows[0]?.state;
  if (state === "open") return;
  throw new Problem(state === "token_invalid" ? "setup_token_invalid" : "setup_completed");
}

/** A user of this address whom an earlier, killed setup left behind belongs nowhere and makes way. */
async function createFirstUser(
  sql: Sql,
  { users }: Deps,
  user: { email: string; password: string; name: string },
): Promise<string> {
  try {
    return (await users.createUser(user)).id;
  } catch (error) {
    if (!(error instanceof IdentityError) || error.code !== "email_taken") throw error;
    const leftover = await users.findUserByEmail(user.email);
    if (leftover !== null) {
      if (!(await belongsNowhere(sql, leftover.id))) throw error;
      await users.deleteUser(leftover.id);
    }
    return (await users.createUser(user)).id;
  }
}
