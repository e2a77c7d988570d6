import { session, type Authenticator } from "@meterr/runtime";
import { openSessionCookie } from "../session/session-token.ts";
import type { SessionStore } from "../session/session-store.ts";
import type { MembershipsOf } from "./memberships.ts";

export interface SessionAuthenticatorParts {
  readonly cookie: string;
  readonly secret: string;
  readonly sessions: SessionStore;
  readonly memberships: MembershipsOf;
}

/** The browser's session cookie. Session and memberships are read from the database on every request. */
export function sessionAuthenticator({
  cookie,
  secret,
  sessions,
  memberships,
}: SessionAuthenticatorParts): Authenticator {
  return session({
    cookie,
    async find(value) {
      const token = openSessionCookie(value, secret);
      const live = token === null ? null : await sessions.find(token);
      if (live === null) return null;
      const { sessionId, userId, email, endsAt } = live;
      return { id: sessionId, userId, label: email, expiresAt: endsAt, memberships: await memberships(userId) };
    },
  });
}
