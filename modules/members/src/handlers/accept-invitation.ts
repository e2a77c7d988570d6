import { routeKey, type RouteKey } from "@meterr/runtime";
import { hashToken } from "@meterr/vault";
import { FAILURE_PROBLEMS, failureProblem } from "../failure-problem.ts";
import { findInvitation, INVITATION_PROBLEMS, type FoundInvitation } from "../invitation-rows.ts";
import { join } from "../join.ts";
import type { Users } from "../ports.ts";
import { ONE_TIME_LIMIT, type Deps, type PublicParts } from "../route-parts.ts";
import { dropUnusedUser } from "../unused-user.ts";
import { acceptInput } from "../validators/inputs.ts";

/**
 * Joins without being signed in. A new address gets an account with the password given; for an address that has one
 * the password must be that account's, and the session it opens is handed on.
 */
export function acceptInvitation(parts: PublicParts, deps: Deps): RouteKey {
  return routeKey({
    ...parts,
    method: "POST",
    path: "/api/v1/invitations/accept",
    input: { body: acceptInput },
    limit: ONE_TIME_LIMIT,
    maxBodyBytes: 4 * 1024,
    idempotency: "none",
    problems: { ...FAILURE_PROBLEMS, ...INVITATION_PROBLEMS },
    handler: async ({ body, now, requestId, address }) => {
      const tokenHash = hashToken(body.token);
      let created: string | null = null;
      try {
        const invitation = await findInvitation(deps.lookup, tokenHash);
        const user = await proveUser(deps.users, invitation, { ...body, address });
        if (user.created) created = user.id;
        const joined = await join(parts.host, {
          invitation,
          tokenHash,
          memberId: deps.newId(),
          userId: user.id,
          name: body.name ?? null,
          now,
          requestId,
          address,
        });
        const headers = new Headers();
        for (const cookie of user.setCookies) headers.append("set-cookie", cookie);
        return { status: 201, body: joined, headers };
      } catch (error) {
        if (created !== null) await dropUnusedUser(deps, created);
        throw failureProblem(error);
      }
    },
  });
}

async function proveUser(
  users: Users,
  { email, name }: FoundInvitation,
  given: { name?: string | undefined; password: string; address: string },
): Promise<{ id: string; created: boolean; setCookies: readonly string[] }> {
  const { password, address } = given;
  if ((await users.findUserByEmail(email)) === null) {
    const { id } = await users.createUser({ email, password, name: given.name ?? name });
    return { id, created: true, setCookies: [] };
  }
  const { userId, setCookies } = await users.signIn({ email, password, address });
  return { id: userId, created: false, setCookies };
}
