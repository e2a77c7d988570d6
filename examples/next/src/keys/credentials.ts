import { session, type Authenticator } from "@meterr/runtime";
import { COOKIE, findMember } from "../server/find-member.ts";

/** Bills' own sessions: each is for one company. The inbox could be read with JWTs and API tokens, too. */
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
