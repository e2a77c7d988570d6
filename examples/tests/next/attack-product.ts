import assert from "node:assert/strict";
import { test } from "node:test";
import type { Question } from "../support/ask.ts";
import type { BillsWorld } from "./world.ts";

type Case = readonly [path: string, question: Question];

function ofInvoice(invoice: string): Case[] {
  return [
    [`/api/invoices/${invoice}`, {}],
    [`/api/invoices/${invoice}`, { method: "PATCH", body: { status: "sent" } }],
    [`/api/invoices/${invoice}`, { method: "DELETE" }],
  ];
}

/** What holds of Bills itself, with modules and without. */
export function attackProduct(world: () => BillsWorld): void {
  test("a bookkeeper writes an invoice and sends it, and it is on the page", async () => {
    const { ask, bookkeeper, theirs } = world();
    const body = { customer: "Ada", cents: 1_999 };
    const made = await ask("/api/invoices", { method: "POST", cookie: bookkeeper, body });
    assert.equal(made.status, 201);
    const path = `/api/invoices/${(made.json as { id: string }).id}`;
    assert.equal((await ask(path, { method: "PATCH", cookie: bookkeeper, body: { status: "sent" } })).status, 200);
    assert.match((await ask(path, { cookie: bookkeeper })).text, /"sent"/);
    const page = await ask("/", { cookie: bookkeeper });
    assert.deepEqual([page.status, /Ada/.test(page.text), page.text.includes(theirs.customer)], [200, true, false]);
    assert.doesNotMatch((await ask("/")).text, /Ada|canary/);
  });

  test("without a session that is good now, no route answers anything", async () => {
    const { ask, ours, late } = world();
    const body = { customer: "x", cents: 1 };
    const all: Case[] = [
      ["/api/invoices", {}],
      ["/api/invoices", { method: "POST", body }],
      ...ofInvoice(ours.invoice),
    ];
    for (const [path, question] of all) {
      for (const cookie of [undefined, late, "bills=made-up", "bills="]) {
        const { status, text } = await ask(path, { ...question, ...(cookie === undefined ? {} : { cookie }) });
        assert.equal(status, 401, `${question.method ?? "GET"} ${path}`);
        assert.doesNotMatch(text, /canary/);
      }
    }
  });

  test("another company's invoice is not there, and stays as it was", async () => {
    const { ask, owner, theirs, database } = world();
    const rows = async () =>
      (await database.admin.query("select * from invoices where company_id = $1", [theirs.id])).rows;
    const before = await rows();
    for (const [path, question] of ofInvoice(theirs.invoice)) {
      const headers = { "x-tenant-id": theirs.id };
      const { status, text } = await ask(path, { ...question, cookie: owner, headers });
      assert.deepEqual([status, text.includes(theirs.customer)], [404, false], question.method ?? "GET");
    }
    assert.equal((await ask("/api/invoices", { cookie: owner })).text.includes(theirs.customer), false);
    assert.deepEqual(await rows(), before);
  });

  test("a body that names another company, is of the wrong form or too large writes nothing", async () => {
    const { ask, owner, ours, theirs, database } = world();
    const good = { customer: "x", cents: 1 };
    const bodies: [Question["body"], number][] = [
      [{ ...good, company_id: theirs.id }, 400],
      [{ ...good, cents: -1 }, 400],
      [{ ...good, cents: "1" }, 400],
      [{ ...good, status: "paid" }, 400],
      ["{", 400],
      [{ ...good, customer: "x".repeat(100_000) }, 413],
    ];
    const before = await database.admin.query("select count(*) from invoices");
    for (const [body, expected] of bodies) {
      assert.equal((await ask("/api/invoices", { method: "POST", cookie: owner, body })).status, expected);
    }
    const paid = { method: "PATCH", cookie: owner, body: { status: "paid" } };
    assert.equal((await ask(`/api/invoices/${ours.invoice}`, paid)).status, 400);
    assert.equal((await ask("/api/invoices/1", { cookie: owner })).status, 404);
    assert.deepEqual((await database.admin.query("select count(*) from invoices")).rows, before.rows);
  });

  test("a bookkeeper may not do what owners may, and another site may write nothing", async () => {
    const { ask, bookkeeper, owner, ours } = world();
    const path = `/api/invoices/${ours.invoice}`;
    assert.equal((await ask(path, { method: "DELETE", cookie: bookkeeper })).status, 403);
    const headers = { origin: "https://elsewhere.test" };
    assert.equal((await ask(path, { method: "DELETE", cookie: owner, headers })).status, 403);
    assert.equal((await ask(path, { cookie: bookkeeper })).status, 200);
  });
}
