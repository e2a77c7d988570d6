import { type Response, Router } from "express";
import type pg from "pg";
import { z } from "zod";
import { personOf } from "../sessions/require-session.ts";
import { findMembership, type Membership } from "./find-membership.ts";

const uuid = z.uuid();

/** Everything beneath `/w/:workspace`: its members only. To anybody else it is not there. */
export function workspaceRouter(db: pg.Pool): Router {
  const router = Router({ mergeParams: true });
  router.use(async (request, response, next) => {
    const workspace = uuid.safeParse((request.params as Record<string, string>)["workspace"]);
    const membership = workspace.success ? await findMembership(db, personOf(response).id, workspace.data) : null;
    if (membership === null) {
      response.status(404).json({ error: "no such workspace" });
      return;
    }
    response.locals["membership"] = membership;
    next();
  });
  router.get("/members", async (_request, response) => {
    const { workspaceId, role } = membershipOf(response);
    if (role !== "lead") {
      response.status(403).json({ error: "for leads only" });
      return;
    }
    const { rows } = await db.query(
      `select p.name, p.email, m.role from members m join people p on p.id = m.person_id
       where m.workspace_id = $1 order by p.name`,
      [workspaceId],
    );
    response.json({ members: rows });
  });
  return router;
}

export function membershipOf(response: Response): Membership {
  const membership = response.locals["membership"] as Membership | undefined;
  if (membership === undefined) throw new Error("this route stands outside a workspace");
  return membership;
}
