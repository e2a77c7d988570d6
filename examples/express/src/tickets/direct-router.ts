import { type Request, Router } from "express";
import type pg from "pg";
import { z } from "zod";
import { findMembership } from "../members/find-membership.ts";
import { personOf } from "../sessions/require-session.ts";
import type { Ticket } from "./ticket-repository.ts";

const params = z.object({ id: z.uuid() });
const change = z.strictObject({ status: z.enum(["open", "waiting", "closed"]) });
const comment = z.strictObject({ body: z.string().trim().min(1).max(5000) });

/** `/tickets/:id`, the address in a mail: the ticket says which workspace, and only its members may have it. */
export function directRouter(db: pg.Pool): Router {
  const router = Router();

  async function ownTicket(request: Request, personId: string): Promise<Ticket | null> {
    const { success, data } = params.safeParse(request.params);
    if (!success) return null;
    const { rows } = await db.query<Ticket>("select * from tickets where id = $1", [data.id]);
    const ticket = rows[0];
    if (ticket === undefined) return null;
    const membership = await findMembership(db, personId, ticket.workspace_id);
    if (membership?.workspaceId !== ticket.workspace_id) return null;
    return ticket;
  }

  router.patch("/:id", async (request, response) => {
    const ticket = await ownTicket(request, personOf(response).id);
    if (!ticket) {
      response.sendStatus(404);
      return;
    }
    const body = change.safeParse(request.body);
    if (!body.success) {
      response.status(400).json({ error: "status is open, waiting or closed" });
      return;
    }
    await db.query("update tickets set status = $3 where id = $1 and workspace_id = $2", [
      ticket.id,
      ticket.workspace_id,
      body.data.status,
    ]);
    response.json({ id: ticket.id, status: body.data.status });
  });

  router.post("/:id/comments", async (request, response) => {
    const person = personOf(response);
    const ticket = await ownTicket(request, person.id);
    if (!ticket) {
      response.sendStatus(404);
      return;
    }
    const body = comment.safeParse(request.body);
    if (!body.success) {
      response.status(400).json({ error: "a comment has a body" });
      return;
    }
    const { rows } = await db.query<{ id: string }>(
      "insert into comments (ticket_id, author_id, body) values ($1, $2, $3) returning id",
      [ticket.id, person.id, body.data.body],
    );
    response.status(201).json(rows[0]);
  });

  router.get("/:id/comments", async (request, response) => {
    const ticket = await ownTicket(request, personOf(response).id);
    if (!ticket) {
      response.sendStatus(404);
      return;
    }
    const { rows } = await db.query(
      `select c.id, c.body, c.written_at, p.name as author from comments c join people p on p.id = c.author_id
       where c.ticket_id = $1 order by c.written_at`,
      [ticket.id],
    );
    response.json({ comments: rows });
  });

  return router;
}
