import assert from "node:assert/strict";
import { test } from "node:test";
import type { Answer, Question } from "../support/ask.ts";
import { customerId, stripeEvent, stripeSignature } from "../support/fake-stripe.ts";
import type { DeskWorld } from "./world.ts";

const EXPORTS = "/api/v1/ticket-exports";
const WEBHOOK = "/api/v1/stripe/webhook";
const ROUTES: readonly (readonly [string, Question])[] = [
  [EXPORTS, { method: "POST", body: {} }],
  ["/api/v1/audit-log/entries", {}],
  ["/api/v1/audit-log/head", {}],
  ["/api/v1/audit-log/verify", {}],
];

function codeOf({ json }: Answer): unknown {
  return (json as { code?: unknown } | null)?.code;
}

/** What holds of the modules in Desk. */
export function attackModules(world: () => DeskWorld): void {
  test("without a session, with a role too low, or as a member of something else, no module answers", async () => {
    const { ask, agent, late, stranger, theirs, ours, lead } = world();
    for (const [path, question] of ROUTES) {
      const status = async (cookie: string | undefined, headers: Record<string, string> = {}): Promise<number> =>
        (await ask(path, { ...question, headers, ...(cookie === undefined ? {} : { cookie }) })).status;
      assert.equal(await status(undefined), 401, path);
      assert.equal(await status(late), 401, path);
      assert.equal(await status(agent), 403, path);
      assert.equal(await status(lead, { "x-tenant-id": theirs.id }), 403, path);
      assert.equal(await status(stranger, { "x-tenant-id": ours.id }), 403, path);
    }
    const elsewhere = { origin: "https://elsewhere.test" };
    assert.equal((await ask(EXPORTS, { method: "POST", body: {}, cookie: lead, headers: elsewhere })).status, 403);
  });

  test("an event that is forged, old, ahead of its time or written anew is refused", async () => {
    const { ask, stripe, ours, linkCustomer } = world();
    const customer = customerId();
    await linkCustomer(ours.id, customer);
    const body = stripeEvent(customer);
    const now = Math.floor(Date.now() / 1000);
    const good = stripeSignature(body, stripe.webhookSecret);
    const post = (headers: Record<string, string>, sent = body): Promise<Answer> =>
      ask(WEBHOOK, { method: "POST", body: sent, headers });
    const refused = [
      {},
      { "stripe-signature": stripeSignature(body, `${stripe.webhookSecret}x`) },
      { "stripe-signature": stripeSignature(body, stripe.webhookSecret, now - 3_600) },
      { "stripe-signature": stripeSignature(body, stripe.webhookSecret, now + 3_600) },
    ];
    for (const headers of refused) assert.equal((await post(headers)).status, 401);
    assert.equal((await post({ "stripe-signature": good }, body.replace(":", ": "))).status, 401);
    const unknown = stripeEvent(customerId());
    const signature = stripeSignature(unknown, stripe.webhookSecret);
    assert.equal((await post({ "stripe-signature": signature }, unknown)).status, 400);
  });

  test("a feature is open once Stripe says so, for the workspace that pays alone, and an event counts once", async () => {
    const { ask, stripe, ours, theirs, lead, agent, stranger, database } = world();
    const linked = await database.admin.query<{ customer_id: string }>("select customer_id from stripe_customers");
    const customer = linked.rows[0]?.customer_id ?? "";
    const generation = async (): Promise<unknown> =>
      (await database.admin.query("select generation from stripe_customers where org_id = $1", [ours.id])).rows[0];
    const exporting = (cookie: string, body: unknown = {}): Promise<Answer> =>
      ask(EXPORTS, { method: "POST", cookie, body });

    assert.equal(codeOf(await exporting(lead)), "not_entitled");
    stripe.features.set(customer, "export-lite");
    const body = stripeEvent(customer);
    const headers = { "stripe-signature": stripeSignature(body, stripe.webhookSecret) };
    assert.equal((await ask(WEBHOOK, { method: "POST", body, headers })).status, 200);
    assert.equal(codeOf(await exporting(lead)), "not_entitled");

    stripe.features.set(customer, "export");
    const before = await generation();
    assert.equal((await ask(WEBHOOK, { method: "POST", body, headers })).status, 200);
    assert.deepEqual(await generation(), before, "a replay has no effect");
    const second = stripeEvent(customer);
    const signed = { "stripe-signature": stripeSignature(second, stripe.webhookSecret) };
    assert.equal((await ask(WEBHOOK, { method: "POST", body: second, headers: signed })).status, 200);

    const exported = await exporting(lead);
    assert.equal(exported.status, 200);
    assert.equal(exported.text.includes(ours.canary), true);
    assert.equal(exported.text.includes(theirs.canary), false);
    assert.equal(codeOf(await exporting(agent)), "forbidden", "paid for, and still for leads alone");
    assert.equal(codeOf(await exporting(stranger)), "not_entitled");
    assert.equal((await exporting(lead, { status: "gone" })).status, 400);
    assert.equal((await exporting(lead, { workspace_id: theirs.id })).status, 400);
    assert.equal((await exporting(lead, { status: "x".repeat(2_000) })).status, 413);
  });

  test("the export stands in the workspace's own log, which is whole and which nobody else reads", async () => {
    const { ask, ours, lead, stranger } = world();
    const entries = await ask("/api/v1/audit-log/entries", { cookie: lead });
    assert.equal(entries.status, 200);
    assert.match(entries.text, /tickets\.exported/);
    const others = await ask("/api/v1/audit-log/entries", { cookie: stranger });
    assert.deepEqual([others.status, others.text.includes(ours.id)], [200, false]);
    const head = await ask("/api/v1/audit-log/head", { cookie: lead });
    assert.equal((head.json as { entries: unknown }).entries === 0, false);
    const verdict = await ask("/api/v1/audit-log/verify", { cookie: lead });
    assert.deepEqual([verdict.status, (verdict.json as { intact: unknown }).intact], [200, true]);
  });

  test("what Stripe does not answer is refused, and no secret shows in what the host writes", async () => {
    const { ask, stripe, theirs, stranger, linkCustomer, said } = world();
    await linkCustomer(theirs.id, customerId());
    stripe.down = true;
    const answer = await ask(EXPORTS, { method: "POST", cookie: stranger, body: {} });
    assert.equal(answer.status, 503);
    assert.notEqual(answer.headers.get("retry-after"), null);
    for (const secret of [stripe.apiKey, stripe.webhookSecret]) assert.equal(said().includes(secret), false);
  });

  test("what the modules made goes away again, and what Desk has stays", async () => {
    const { ask, lead, ours, database, takeTablesAway } = world();
    await takeTablesAway();
    const { rows } = await database.admin.query("select from pg_tables where schemaname = 'public'");
    assert.equal(rows.length, 6);
    const functions = await database.admin.query("select from pg_proc where pronamespace = 'public'::regnamespace");
    assert.equal(functions.rows.length, 0);
    assert.equal((await ask(`/w/${ours.id}/tickets/${ours.ticket}`, { cookie: lead })).status, 200);
    assert.equal((await ask("/api/v1/audit-log/entries", { cookie: lead })).status, 500, "its tables are gone");
  });
}
