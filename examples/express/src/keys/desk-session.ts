import { session, type Authenticator } from "@meterr/runtime";
import type pg from "pg";
import { listMemberships } from "../members/find-membership.ts";
import { COOKIE, findSession } from "../sessions/find-session.ts";

/** Desk's own sessions, as the modules take them. The audit log could be read with JWTs and API tokens, too. */
export function deskSession(db: pg.Pool): Authenticator {
  return session({
    cookie: COOKIE,
    async find(token) {
      const person = await findSession(db, token);
      if (person === null) return null;
      const memberships = await listMemberships(db, person.id);
      return {
        id: person.sessionId,
        userId: person.id,
        label: person.name,
        expiresAt: person.expiresAt,
        memberships: memberships.map(({ id, workspaceId, role }) => ({
          tenantId: workspaceId,
          subjectId: id,
          role,
          visibility: "tenant",
        })),
      };
    },
  });
}
