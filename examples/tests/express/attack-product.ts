import assert from "node:assert/strict";
import { test } from "node:test";
import type { Question } from "../support/ask.ts";
import type { DeskWorld } from "./world.ts";

type Case = readonly [path: string, question: Question];

/** What holds of Desk itself, with modules and without. */
export function attackProduct(world: () => DeskWorld): void {
  /** Every route of Desk's, for one workspace and one ticket. */
  function routes(workspace: string, ticket: string): Case[] {
    return [
      [`/w/${workspace}/members`, {}],
      [`/w/${workspace}/tickets`, {}],
      [`/w/${workspace}/tickets`, { method: "POST", body: { subject: "x" } }],
      [`/w/${workspace}/tickets/${ticket}`, {}],
      [`/w/${workspace}/tickets/${ticket}`, { method: "DELETE" }],
      [`/tickets/${ticket}`, { method: "PATCH", body: { status: "closed" } }],
      [`/tickets/${ticket}/comments`, { method: "POST", body: { body: "x" } }],
      [`/tickets/${ticket}/comments`, {}],
    ];
  }

  test("a member signs in, opens a ticket, answers and closes it", async () => {
    const { ask, ours, signIn } = world();
    const signedIn = await ask("/sign-in", { method: "POST", body: signIn });
    assert.equal(signedIn.status, 204);
    const cookie = (signedIn.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
    assert.match(signedIn.headers.get("set-cookie") ?? "", /HttpOnly; SameSite=Lax/);
    const opened = await ask(`/w/${ours.id}/tickets`, { method: "POST", cookie, body: { subject: "printer" } });
    assert.equal(opened.status, 201);
    const { id } = opened.json as { id: string };
    assert.equal(
      (await ask(`/tickets/${id}/comments`, { method: "POST", cookie, body: { body: "on it" } })).status,
      201,
    );
    assert.equal((await ask(`/tickets/${id}`, { method: "PATCH", cookie, body: { status: "closed" } })).status, 200);
    const closed = await ask(`/w/${ours.id}/tickets?status=closed`, { cookie });
    assert.deepEqual(
      (closed.json as { tickets: { subject: string }[] }).tickets.map(({ subject }) => subject),
      ["printer"],
    );
    const wrong = await ask("/sign-in", { method: "POST", body: { ...signIn, password: "wrong" } });
    assert.equal(wrong.status, 401);
  });

  test("without a session that is good now, no route answers anything", async () => {
    const { ask, ours, late } = world();
    for (const [path, question] of routes(ours.id, ours.ticket)) {
      for (const cookie of [undefined, late, "desk_session=made-up", "desk_session="]) {
        const { status, text } = await ask(path, { ...question, ...(cookie === undefined ? {} : { cookie }) });
        assert.equal(status, 401, `${question.method ?? "GET"} ${path}`);
        assert.doesNotMatch(text, /canary/);
      }
    }
  });

  test("another workspace is not there, by its own address or beneath one's own, and stays as it was", async () => {
    const { ask, lead, ours, theirs, database } = world();
    const before = await database.admin.query("select * from tickets where workspace_id = $1", [theirs.id]);
    const own = routes(ours.id, theirs.ticket).filter(([path]) => path.includes(theirs.ticket));
    for (const [path, question] of [...routes(theirs.id, theirs.ticket), ...own]) {
      const { status, text } = await ask(path, { ...question, cookie: lead, headers: { "x-tenant-id": theirs.id } });
      assert.equal(status, 404, `${question.method ?? "GET"} ${path}`);
      assert.equal(text.includes(theirs.canary), false);
    }
    const after = await database.admin.query("select * from tickets where workspace_id = $1", [theirs.id]);
    assert.deepEqual(after.rows, before.rows);
    const { rows } = await database.admin.query("select from comments where ticket_id = $1", [theirs.ticket]);
    assert.equal(rows.length, 0);
  });

  test("a body that names another workspace, is of the wrong form or too large writes nothing", async () => {
    const { ask, lead, ours, theirs, database } = world();
    const tickets = `/w/${ours.id}/tickets`;
    const bodies: [string, Question["body"], number][] = [
      [tickets, { subject: "x", workspace_id: theirs.id }, 400],
      [tickets, { subject: "" }, 400],
      [tickets, { subject: ["x"] }, 400],
      [tickets, "{", 400],
      [tickets, { subject: "x".repeat(100_000) }, 413],
      [`/tickets/${ours.ticket}/comments`, { body: "x", author_id: theirs.id }, 400],
    ];
    const before = await database.admin.query("select count(*) from tickets");
    for (const [path, body, expected] of bodies) {
      assert.equal((await ask(path, { method: "POST", cookie: lead, body })).status, expected);
    }
    assert.equal(
      (await ask(`/tickets/${ours.ticket}`, { method: "PATCH", cookie: lead, body: { status: "gone" } })).status,
      400,
    );
    assert.deepEqual((await database.admin.query("select count(*) from tickets")).rows, before.rows);
  });

  test("an agent may not do what leads may, and another site may write nothing", async () => {
    const { ask, agent, lead, ours } = world();
    const ticket = `/w/${ours.id}/tickets/${ours.ticket}`;
    assert.equal((await ask(`/w/${ours.id}/members`, { cookie: agent })).status, 403);
    assert.equal((await ask(`/w/${ours.id}/members`, { cookie: lead })).status, 200);
    assert.equal((await ask(ticket, { method: "DELETE", cookie: agent })).status, 403);
    const headers = { origin: "https://elsewhere.test" };
    assert.equal((await ask(ticket, { method: "DELETE", cookie: lead, headers })).status, 403);
    assert.equal((await ask(ticket, { cookie: lead })).status, 200);
  });
}
