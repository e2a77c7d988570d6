import { session, type Authenticator } from "@meterr/runtime";
import type pg from "pg";
import { COOKIE, findUser } from "../members/find-user.ts";

/** Parcels' sessions. The inbox could be read with JWTs and API tokens, too; Parcels has neither. */
export function credentials(db: pg.Pool): Authenticator {
  return session({
    cookie: COOKIE,
    async find(token) {
      const user = await findUser(db, token);
      return user === null
        ? null
        : {
            id: user.sessionId,
            userId: user.id,
            label: user.name,
            expiresAt: user.expiresAt,
            memberships: user.memberships.map(({ id, shopId, role }) => ({
              tenantId: shopId,
              subjectId: id,
              role,
              visibility: "tenant",
            })),
          };
    },
  });
}
