import { anyOf, session, type Authenticator } from "@meterr/runtime";
import { COOKIE, findMember } from "../server/find-member.ts";

/** Bills' own sessions: each is for one company. */
export const billsSession: Authenticator = session({
  cookie: COOKIE,
  async find(token) {
    const member = await findMember(token);
    if (member === null) return null;
    const { id, sessionId, userId, name, companyId, role, expiresAt } = member;
    const membership = { tenantId: companyId, subjectId: id, role, visibility: "tenant" } as const;
    return { id: sessionId, userId, label: name, expiresAt, memberships: [membership] };
  },
});

/** The inbox can be read with JWTs and API tokens, too. Bills has neither, so none is ever presented. */
export const billsCredentials: Authenticator = anyOf(billsSession, absent("jwt"), absent("api_token"));

function absent(kind: Authenticator["kind"]): Authenticator {
  return { name: kind, kind, presents: () => false, authenticate: async () => null };
}
