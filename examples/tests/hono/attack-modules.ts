import assert from "node:assert/strict";
import { createHmac, randomUUID } from "node:crypto";
import { test } from "node:test";
import type { Answer, Question } from "../support/ask.ts";
import type { ParcelsWorld } from "./world.ts";

const RECEIVE = "/api/v1/webhook-inbox/sources/carrier";
const INBOX = "/api/v1/webhook-inbox/deliveries";

function delivered(account: string, tracking: string): string {
  return JSON.stringify({ id: randomUUID(), type: "parcel.delivered", account, tracking });
}

/** What holds of the modules in Parcels. */
export function attackModules(world: () => ParcelsWorld): void {
  const now = (): number => Math.floor(Date.now() / 1000);
  const post = (
    body: string,
    changes: { secret?: string; seconds?: number; sent?: string; path?: string } = {},
  ): Promise<Answer> => {
    const { secret = world().secret, seconds = now(), sent = body, path = RECEIVE } = changes;
    const signature = createHmac("sha256", secret).update(`${seconds}.${body}`).digest("hex");
    const headers = { "x-webhook-timestamp": String(seconds), "x-webhook-signature": signature };
    return world().ask(path, { method: "POST", body: sent, headers });
  };
  const count = async (text: string, values: readonly unknown[] = []): Promise<number> =>
    (await world().database.admin.query(text, [...values])).rows.length;

  test("a webhook that is forged, old, ahead of its time, written anew, too large or of no shop has no effect", async () => {
    const { ours } = world();
    const body = delivered(ours.account, ours.tracking);
    assert.equal((await post(body, { secret: "x".repeat(32) })).status, 401);
    assert.equal((await post(body, { seconds: now() - 3_600 })).status, 401);
    assert.equal((await post(body, { seconds: now() + 3_600 })).status, 401);
    assert.equal((await post(body, { sent: body.replace(",", ", ") })).status, 401);
    assert.equal((await post(body, { path: "/api/v1/webhook-inbox/sources/other" })).status, 401);
    assert.equal((await world().ask(RECEIVE, { method: "POST", body })).status, 401);
    assert.equal((await post(delivered("acct-nobody", ours.tracking))).status, 400);
    assert.equal((await post(delivered(ours.account, "x".repeat(30_000)))).status, 413);
    assert.equal(await count("select from parcels where status = 'delivered'"), 0);
    assert.equal(await count("select from webhook_inbox_deliveries"), 0);
  });

  test("a delivery counts once, for the shop whose account it names and for no other's parcel", async () => {
    const { ours, theirs } = world();
    const body = delivered(ours.account, ours.tracking);
    assert.deepEqual([(await post(body)).status, (await post(body)).status], [202, 200]);
    assert.equal(await count("select from activity where who = 'carrier' and shop_id = $1", [ours.id]), 1);
    const crossed = await post(delivered(ours.account, theirs.tracking));
    assert.equal(crossed.status, 202, "kept as failed, for the sender has done its part");
    assert.equal(await count("select from parcels where shop_id = $1 and status = 'delivered'", [theirs.id]), 0);
    assert.equal(await count("select from webhook_inbox_deliveries where status = 'failed'"), 1);
  });

  test("only a manager of the shop reads its inbox and runs a delivery again", async () => {
    const { ask, clerk, manager, late, stranger, both, ours, theirs, database } = world();
    const list = await ask(INBOX, { cookie: manager });
    assert.equal(list.status, 200);
    const { rows } = await database.admin.query<{ id: string }>(
      "select id from webhook_inbox_deliveries where status = 'processed'",
    );
    const id = rows[0]?.id ?? "";
    const paths: [string, Question][] = [
      [INBOX, {}],
      [`${INBOX}/${id}`, {}],
      [`${INBOX}/${id}/replay`, { method: "POST", body: { even_if_processed: true } }],
    ];
    for (const [path, question] of paths) {
      const status = async (cookie: string | undefined, headers: Record<string, string> = {}): Promise<number> =>
        (await ask(path, { ...question, headers, ...(cookie === undefined ? {} : { cookie }) })).status;
      assert.equal(await status(undefined), 401);
      assert.equal(await status(late), 401);
      assert.equal(await status(clerk), 403);
      assert.equal(await status(both), 400);
      assert.equal(await status(manager, { "x-tenant-id": theirs.id }), 403);
      assert.equal(await status(stranger, { "x-tenant-id": ours.id }), 403);
      if (path !== INBOX) assert.equal(await status(stranger), 404);
    }
    assert.equal((await ask(INBOX, { cookie: stranger })).text.includes(id), false);
    const replay = paths[2]?.[0] ?? "";
    assert.equal(
      (await ask(replay, { method: "POST", cookie: manager, body: { even_if_processed: "yes" } })).status,
      400,
    );
    assert.equal(
      (await ask(replay, { method: "POST", cookie: manager, body: { even_if_processed: true } })).status,
      200,
    );
  });

  test("of two runners one counts, once for each shop, and a third finds nothing left to do", async () => {
    const { run, database, ours, theirs } = world();
    const registered = await run("src/keys/worker.ts", "--once");
    assert.deepEqual([registered.code, /registered/.test(registered.said)], [0, true], registered.said);
    await database.admin.query("update cron_schedules set done_up_to = now() - interval '2 days'");
    const both = await Promise.all([run("src/keys/worker.ts", "--once"), run("src/keys/worker.ts", "--once")]);
    assert.equal(both.filter(({ said }) => said.includes('"ran"')).length, 1, both.map(({ said }) => said).join(""));
    const third = await run("src/keys/worker.ts", "--once");
    assert.match(third.said, /"idle"/);
    const { rows } = await database.admin.query<{ shop_id: string; parcels: number }>(
      "select shop_id, parcels, delivered from daily_counts",
    );
    assert.deepEqual(rows.map(({ shop_id }) => shop_id).toSorted(), [ours.id, theirs.id].toSorted());
    assert.equal(await count("select from job_runs where outcome = 'done'"), 2);
  });

  test("Parcels' own tables keep the shops apart when a query forgets to", async () => {
    const { run, ours, theirs } = world();
    const proof = await run("src/keys/prove.ts", ours.id, theirs.id);
    assert.equal(proof.code, 0, proof.said);
    assert.doesNotMatch(proof.said, /violated|unknown/);
  });

  test("what the modules made goes away again, and what Parcels has stays", async () => {
    const { run, ask, manager, ours } = world();
    const before = await count("select from parcels");
    const down = await run("src/keys/set-up.ts", "down");
    assert.equal(down.code, 0, down.said);
    assert.equal(await count("select from parcels"), before);
    assert.equal(await count("select from pg_policies where schemaname = 'public'"), 0);
    assert.equal(await count("select from pg_tables where schemaname = 'public'"), 7);
    assert.equal((await ask(`/parcels/${ours.parcel}`, { cookie: manager })).status, 200);
  });
}
