import { anyOf, session, type Authenticator } from "@meterr/runtime";
import type pg from "pg";
import { listMemberships } from "../members/find-membership.ts";
import { COOKIE, findSession } from "../sessions/find-session.ts";

/** The audit log can be read with JWTs and API tokens, too. Desk has neither, so none is ever presented. */
export function deskCredentials(db: pg.Pool): Authenticator {
  return anyOf(deskSession(db), absent("jwt"), absent("api_token"));
}

function absent(kind: Authenticator["kind"]): Authenticator {
  return { name: kind, kind, presents: () => false, authenticate: async () => null };
}

/** Desk's own sessions, as the modules take them. */
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
