import { Problem, routeKey, type Authorize, type RouteKey } from "@meterr/runtime";
import { hashToken } from "@meterr/vault";
import { failureProblem } from "../failure-problem.ts";
import { findInvitation, INVITATION_PROBLEMS } from "../invitation-rows.ts";
import { join } from "../join.ts";
import { ONE_TIME_LIMIT, type Deps, type GlobalParts } from "../route-parts.ts";
import { joinInput } from "../validators/inputs.ts";

/** A person, not a program: an API token stands for a member of one organisation and joins no other. */
const person: Authorize<null> = ({ principal }) => principal.kind === "session" || principal.kind === "jwt";

/** Joins as who is signed in, which is the way for an account with a second factor. The address must be the invited one. */
export function joinSignedIn(parts: GlobalParts, deps: Deps): RouteKey {
  return routeKey({
    ...parts,
    method: "POST",
    path: "/api/v1/invitations/join",
    authorize: person,
    input: { body: joinInput },
    limit: ONE_TIME_LIMIT,
    maxBodyBytes: 1024,
    idempotency: "none",
    problems: {
      ...INVITATION_PROBLEMS,
      invitation_for_another: {
        status: 403,
        detail: "This invitation is for another e-mail address than the one signed in.",
      },
    },
    handler: async ({ principal, body, now, requestId, address }) => {
      const tokenHash = hashToken(body.token);
      try {
        const invitation = await findInvitation(deps.lookup, tokenHash);
        const user = await deps.users.findUser(principal.id);
        if (user === null || user.email.toLowerCase() !== invitation.email) throw new Problem("invitation_for_another");
        const joined = await join(parts.host, {
          invitation,
          tokenHash,
          memberId: deps.newId(),
          userId: user.id,
          name: user.name,
          now,
          requestId,
          address,
        });
        return { status: 201, body: joined };
      } catch (error) {
        throw failureProblem(error);
      }
    },
  });
}
