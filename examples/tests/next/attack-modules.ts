import assert from "node:assert/strict";
import { createHmac, randomUUID } from "node:crypto";
import { test } from "node:test";
import type { Answer } from "../support/ask.ts";
import { type BillsWorld, CENTS } from "./world.ts";

const RECEIVE = "/api/v1/webhook-inbox/sources/payments";
const INBOX = "/api/v1/webhook-inbox/deliveries";

function paid(company: string, invoice: string, cents = CENTS): string {
  return JSON.stringify({ id: randomUUID(), type: "invoice.paid", account: company, invoice, cents });
}

/** What holds of the modules in Bills. */
export function attackModules(world: () => BillsWorld): void {
  const now = (): number => Math.floor(Date.now() / 1000);
  const post = (body: string, changes: { secret?: string; seconds?: number; sent?: string } = {}): Promise<Answer> => {
    const { secret = world().webhookSecret, seconds = now(), sent = body } = changes;
    const signature = createHmac("sha256", secret).update(`${seconds}.${body}`).digest("hex");
    const headers = { "x-webhook-timestamp": String(seconds), "x-webhook-signature": signature };
    return world().ask(RECEIVE, { method: "POST", body: sent, headers });
  };
  const count = async (text: string, values: readonly unknown[] = []): Promise<number> =>
    (await world().database.admin.query(text, [...values])).rows.length;

  test("the page shows an owner their own company, and nobody else anything", async () => {
    const { ask, owner, bookkeeper, stranger, late, ours, theirs } = world();
    const mine = await ask("/overview", { cookie: owner });
    assert.deepEqual([mine.status, mine.text.includes(ours.name), mine.text.includes(theirs.name)], [200, true, false]);
    const named = await ask(`/overview?tenant=${theirs.id}`, { cookie: owner, headers: { "x-tenant-id": theirs.id } });
    assert.equal(named.text.includes(theirs.name), false);
    assert.equal((await ask("/overview", { cookie: stranger })).text.includes(theirs.name), true);
    for (const cookie of [bookkeeper, late, "bills=made-up", "bills="]) {
      assert.doesNotMatch((await ask("/overview", { cookie })).text, /canary/);
    }
    assert.match((await ask("/overview")).text, /Please sign in/);
  });

  test("an invoice is converted for its own company, and nothing of the rates service's shows when it fails", async () => {
    const { ask, owner, bookkeeper, late, ours, theirs, rates, said } = world();
    const path = `/api/v1/converted-invoices/${ours.invoice}`;
    const mine = await ask(`${path}?currency=USD`, { cookie: bookkeeper });
    assert.deepEqual([mine.status, (mine.json as { cents: unknown }).cents], [200, 2 * CENTS]);
    assert.equal((await ask(`${path}?currency=USD`)).status, 401);
    assert.equal((await ask(`${path}?currency=USD`, { cookie: late })).status, 401);
    assert.equal((await ask(`${path}?currency=../x`, { cookie: owner })).status, 400);
    assert.equal((await ask(path, { cookie: owner })).status, 400);
    const headers = { "x-tenant-id": theirs.id };
    assert.equal((await ask(`${path}?currency=USD`, { cookie: owner, headers })).status, 403);
    const other = await ask(`/api/v1/converted-invoices/${theirs.invoice}?currency=USD`, { cookie: owner });
    assert.equal(other.status, 404);
    const wrong = await ask(`${path}?currency=USD`, { method: "POST", cookie: owner, body: {} });
    assert.equal(wrong.status, 405);

    for (const [mood, status] of [
      ["down", 503],
      ["nonsense", 500],
    ] as const) {
      rates.mood = mood;
      const answer = await ask(`${path}?currency=USD`, { cookie: owner });
      assert.deepEqual([answer.status, answer.text.includes(rates.key)], [status, false]);
    }
    rates.mood = "well";
    assert.equal(said().includes(rates.key), false);
  });

  test("a webhook on the Pages Router that is forged, old, ahead of its time, written anew, too large or of no company has no effect", async () => {
    const { ours, ask } = world();
    const body = paid(ours.id, ours.invoice);
    assert.equal((await post(body, { secret: "x".repeat(32) })).status, 401);
    assert.equal((await post(body, { seconds: now() - 3_600 })).status, 401);
    assert.equal((await post(body, { seconds: now() + 3_600 })).status, 401);
    assert.equal((await post(body, { sent: body.replace(",", ", ") })).status, 401);
    assert.equal((await ask(RECEIVE, { method: "POST", body })).status, 401);
    assert.equal((await post(paid(randomUUID(), ours.invoice))).status, 400);
    assert.equal((await post(JSON.stringify({ id: "x".repeat(400_000) }))).status, 413);
    assert.equal(await count("select from invoices where status = 'paid'"), 0);
    assert.equal(await count("select from webhook_inbox_deliveries"), 0);
  });

  test("an invoice is paid once, by its own company's payment over its whole sum", async () => {
    const { ours, theirs } = world();
    assert.equal((await post(paid(ours.id, theirs.invoice))).status, 202);
    assert.equal((await post(paid(ours.id, ours.invoice, 1))).status, 202);
    assert.equal(await count("select from invoices where status = 'paid'"), 0);
    const body = paid(ours.id, ours.invoice);
    assert.deepEqual([(await post(body)).status, (await post(body)).status], [202, 200]);
    assert.equal(await count("select from invoices where status = 'paid' and company_id = $1", [ours.id]), 1);
    assert.equal(await count("select from webhook_inbox_deliveries"), 3);
  });

  test("only an owner of the company reads its inbox and runs a delivery again", async () => {
    const { ask, owner, bookkeeper, stranger, late, ours, theirs, database } = world();
    const { rows } = await database.admin.query<{ id: string }>(
      "select id from webhook_inbox_deliveries where status = 'failed'",
    );
    const id = rows[0]?.id ?? "";
    const again = { method: "POST", body: {} };
    for (const [path, question] of [
      [INBOX, {}],
      [`${INBOX}/${id}`, {}],
      [`${INBOX}/${id}/replay`, again],
    ] as const) {
      const status = async (cookie: string | undefined, headers: Record<string, string> = {}): Promise<number> =>
        (await ask(path, { ...question, headers, ...(cookie === undefined ? {} : { cookie }) })).status;
      assert.equal(await status(undefined), 401);
      assert.equal(await status(late), 401);
      assert.equal(await status(bookkeeper), 403);
      assert.equal(await status(owner, { "x-tenant-id": theirs.id }), 403);
      assert.equal(await status(stranger, { "x-tenant-id": ours.id }), 403);
      if (path !== INBOX) assert.equal(await status(stranger), 404);
      assert.equal(await status(owner), 200);
    }
    assert.equal((await ask(INBOX, { cookie: stranger })).text.includes(id), false);
  });

  test("what the modules made goes away again, and what Bills has stays", async () => {
    const { ask, owner, ours, database, takeTablesAway } = world();
    await takeTablesAway();
    const { rows } = await database.admin.query("select from pg_tables where schemaname = 'public'");
    assert.equal(rows.length, 5);
    const functions = await database.admin.query("select from pg_proc where pronamespace = 'public'::regnamespace");
    assert.equal(functions.rows.length, 0);
    assert.equal((await ask(`/api/invoices/${ours.invoice}`, { cookie: owner })).status, 200);
  });
}
