import assert from "node:assert/strict";
import { test } from "node:test";
import type { Question } from "../support/ask.ts";
import type { ParcelsWorld } from "./world.ts";

type Case = readonly [path: string, question: Question];

function ofParcel(parcel: string): Case[] {
  return [
    [`/parcels/${parcel}`, {}],
    [`/parcels/${parcel}`, { method: "PATCH", body: { status: "sent" } }],
    [`/parcels/${parcel}`, { method: "DELETE" }],
  ];
}

function routes(parcel: string): Case[] {
  const body = { tracking: "NEW-1234", recipient: "x" };
  return [["/parcels", {}], ["/parcels", { method: "POST", body }], ["/activity", {}], ...ofParcel(parcel)];
}

/** What holds of Parcels itself, with modules and without. */
export function attackProduct(world: () => ParcelsWorld): void {
  test("a clerk packs a parcel and sends it, and the manager sees who did", async () => {
    const { ask, clerk, manager } = world();
    const body = { tracking: "ABC-1234", recipient: "Ada" };
    const made = await ask("/parcels", { method: "POST", cookie: clerk, body });
    assert.equal(made.status, 201);
    assert.equal((await ask("/parcels", { method: "POST", cookie: clerk, body })).status, 409);
    const { id } = made.json as { id: string };
    assert.equal(
      (await ask(`/parcels/${id}`, { method: "PATCH", cookie: clerk, body: { status: "sent" } })).status,
      200,
    );
    assert.equal((await ask(`/parcels/${id}`, { cookie: clerk })).status, 200);
    assert.match((await ask("/parcels", { cookie: manager })).text, /ABC-1234/);
    assert.match((await ask("/activity", { cookie: manager })).text, /packed a parcel/);
    assert.equal((await ask(`/parcels/${id}`, { method: "DELETE", cookie: manager })).status, 204);
  });

  test("without a session that is good now, no route answers anything", async () => {
    const { ask, ours, late } = world();
    for (const [path, question] of routes(ours.parcel)) {
      for (const cookie of [undefined, late, "parcels=made-up", "parcels="]) {
        const { status, text } = await ask(path, { ...question, ...(cookie === undefined ? {} : { cookie }) });
        assert.equal(status, 401, `${question.method ?? "GET"} ${path}`);
        assert.doesNotMatch(text, /canary/);
      }
    }
  });

  test("the header chooses among one's own shops and nothing else", async () => {
    const { ask, both, ours, theirs, manager } = world();
    for (const [path, question] of routes(ours.parcel)) {
      const named = await ask(path, { ...question, cookie: manager, headers: { "x-shop-id": theirs.id } });
      assert.deepEqual([named.status, named.text.includes(theirs.recipient)], [403, false]);
      assert.equal((await ask(path, { ...question, cookie: both })).status, 400);
    }
    const chosen = await ask("/parcels", { cookie: both, headers: { "x-shop-id": theirs.id } });
    assert.deepEqual(
      [chosen.status, chosen.text.includes(theirs.recipient), chosen.text.includes(ours.recipient)],
      [200, true, false],
    );
  });

  test("another shop's parcel is not there, and stays as it was", async () => {
    const { ask, manager, theirs, database } = world();
    const before = await database.admin.query("select * from parcels where shop_id = $1", [theirs.id]);
    for (const [path, question] of ofParcel(theirs.parcel)) {
      const { status, text } = await ask(path, { ...question, cookie: manager });
      assert.deepEqual([status, text.includes(theirs.recipient)], [404, false], question.method ?? "GET");
    }
    assert.equal((await ask("/parcels", { cookie: manager })).text.includes(theirs.recipient), false);
    assert.deepEqual(
      (await database.admin.query("select * from parcels where shop_id = $1", [theirs.id])).rows,
      before.rows,
    );
  });

  test("a body that names another shop, is of the wrong form or too large writes nothing", async () => {
    const { ask, manager, ours, theirs, database } = world();
    const good = { tracking: "XYZ-9999", recipient: "x" };
    const bodies: [Question["body"], number][] = [
      [{ ...good, shop_id: theirs.id }, 400],
      [{ ...good, tracking: "x' or '1'='1" }, 400],
      [{ ...good, recipient: 7 }, 400],
      [{ ...good, status: "delivered" }, 400],
      ["{", 400],
      [{ ...good, recipient: "x".repeat(100_000) }, 413],
    ];
    const before = await database.admin.query("select count(*) from parcels");
    for (const [body, expected] of bodies) {
      assert.equal((await ask("/parcels", { method: "POST", cookie: manager, body })).status, expected);
    }
    const patch = { method: "PATCH", cookie: manager, body: { status: "delivered" } };
    assert.equal((await ask(`/parcels/${ours.parcel}`, patch)).status, 400);
    assert.equal((await ask("/parcels/not-a-uuid", { cookie: manager })).status, 404);
    assert.deepEqual((await database.admin.query("select count(*) from parcels")).rows, before.rows);
  });

  test("a clerk may not do what managers may, and another site's form may write nothing", async () => {
    const { ask, clerk, manager, ours } = world();
    assert.equal((await ask("/activity", { cookie: clerk })).status, 403);
    assert.equal((await ask(`/parcels/${ours.parcel}`, { method: "DELETE", cookie: clerk })).status, 403);
    const headers = { origin: "https://elsewhere.test", "content-type": "text/plain" };
    const body = JSON.stringify({ tracking: "XYZ-9999", recipient: "x" });
    assert.equal((await ask("/parcels", { method: "POST", cookie: manager, headers, body })).status, 403);
    assert.equal((await ask(`/parcels/${ours.parcel}`, { cookie: clerk })).status, 200);
  });
}
