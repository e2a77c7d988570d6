import { Router } from "express";
import type pg from "pg";
import { z } from "zod";
import { membershipOf } from "../members/workspace-router.ts";
import { personOf } from "../sessions/require-session.ts";
import { TicketRepository } from "./ticket-repository.ts";

const status = z.enum(["open", "waiting", "closed"]);
const query = z.strictObject({ status: status.optional() });
const newTicket = z.strictObject({ subject: z.string().trim().min(1).max(200) });
const id = z.uuid();

/** `/w/:workspace/tickets`, behind the workspace's own gate. */
export function ticketRouter(db: pg.Pool): Router {
  const router = Router();

  router.get("/", async (request, response) => {
    const asked = query.safeParse(request.query);
    if (!asked.success) return void response.status(400).json({ error: "status is open, waiting or closed" });
    const tickets = new TicketRepository(db, membershipOf(response).workspaceId);
    response.json({ tickets: await tickets.list(asked.data.status) });
  });

  router.post("/", async (request, response) => {
    const body = newTicket.safeParse(request.body);
    if (!body.success) return void response.status(400).json({ error: "a ticket has a subject" });
    const tickets = new TicketRepository(db, membershipOf(response).workspaceId);
    response.status(201).json(await tickets.open(body.data.subject, personOf(response).id));
  });

  router.get("/:id", async (request, response) => {
    const ticketId = id.safeParse(request.params.id);
    const tickets = new TicketRepository(db, membershipOf(response).workspaceId);
    const ticket = ticketId.success ? await tickets.find(ticketId.data) : null;
    if (ticket === null) return void response.status(404).json({ error: "no such ticket" });
    response.json(ticket);
  });

  router.delete("/:id", async (request, response) => {
    const { role, workspaceId } = membershipOf(response);
    if (role !== "lead") return void response.status(403).json({ error: "for leads only" });
    const ticketId = id.safeParse(request.params.id);
    const removed = ticketId.success && (await new TicketRepository(db, workspaceId).remove(ticketId.data));
    if (!removed) return void response.status(404).json({ error: "no such ticket" });
    response.status(204).end();
  });

  return router;
}
