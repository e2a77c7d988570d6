import assert from "node:assert/strict";
import { connect } from "node:net";
import { after, before, test } from "node:test";
import type { OrganisationFixture } from "@meterr/database/testing";
import { balanceOf, eventually, openAdmissions } from "./support/balance-of.ts";
import type { EventRow } from "./support/event-of.ts";
import { gatewayFixture, type GatewayFixture } from "./support/gateway-fixture.ts";
import { ask, openaiShape, providerShapes } from "./support/provider-shapes.ts";

let fixture: GatewayFixture;
let org: OrganisationFixture;
let origin: string;

before(async () => {
  fixture = await gatewayFixture();
  org = await fixture.database.createOrganisation();
  ({ origin } = await fixture.start());
});
after(() => fixture.close());

/** The one terminal row of a virtual key's only call. */
async function onlyEventOf(virtualKeyId: string): Promise<EventRow> {
  const rows = await eventually(async () => {
    const found = await org.arrange((sql) =>
      sql.query<EventRow>("select * from events where org_id = $1 and virtual_key_id = $2", [org.orgId, virtualKeyId]),
    );
    return found.rows.length > 0 ? found.rows : null;
  }, "the call has its terminal row");
  assert.equal(rows.length, 1);
  const [row] = rows;
  assert.ok(row !== undefined);
  return row;
}

const received = async (): Promise<number> => (await fixture.sandbox.calls()).length;

for (const shape of providerShapes) {
  test(`${shape.provider}: a client that hangs up in mid-stream is charged what the provider says it used`, async () => {
    const { id, token } = await fixture.mint(org, { limitNanousd: 10n ** 12n });
    const leaving = new AbortController();
    const answer = await ask(origin, shape, token, "sandbox:tokens=60 sandbox:slow=10", {
      stream: true,
      signal: leaving.signal,
    });
    await answer.body?.getReader().read();
    leaving.abort();
    const event = await onlyEventOf(id);
    assert.equal(event.usage_source, "provider");
    assert.equal(event.output, "60");
    assert.equal(event.stream, true);
    const { spent, reserved } = await balanceOf(org, id);
    assert.deepEqual([spent.toString(), reserved], [event.cost_nanousd, 0n]);
  });

  test(`${shape.provider}: a client that hangs up while a plain answer is awaited is charged what was used`, async () => {
    const { id, token } = await fixture.mint(org, { limitNanousd: 10n ** 12n });
    const leaving = new AbortController();
    const before = await received();
    const answer = ask(origin, shape, token, "sandbox:tokens=40 sandbox:wait=150", { signal: leaving.signal });
    const left = assert.rejects(answer);
    await eventually(async () => (await received()) > before, "the provider has the call");
    leaving.abort();
    await left;
    const event = await onlyEventOf(id);
    assert.equal(event.usage_source, "provider");
    assert.equal(event.output, "40");
    assert.equal((await balanceOf(org, id)).reserved, 0n);
  });
}

test("a client that hangs up before the dispatch costs nothing, and nothing goes upstream", async () => {
  const { id, token } = await fixture.mint(org, { limitNanousd: 10n ** 12n });
  const before = await received();
  const holding = await fixture.database.pools.admin.connect();
  try {
    await holding.query("begin");
    await holding.query("select from meterr.budgets where scope_id = $1 for update", [id]);
    const body = JSON.stringify(openaiShape.body("hello"));
    const { hostname, port } = new URL(origin);
    const socket = connect(Number(port), hostname);
    socket.write(
      `POST /openai/v1/chat/completions HTTP/1.1\r\nhost: ${hostname}\r\nauthorization: Bearer ${token}\r\n` +
        `content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    );
    await eventually(async () => {
      const waiting = await fixture.database.pools.admin.query(
        "select from pg_stat_activity where wait_event_type = 'Lock' and query like '%ledger_admit%' and datname = current_database()",
      );
      return waiting.rowCount === 1;
    }, "the admission waits for the budget");
    socket.destroy();
    // A round trip each: by then the gateway's event loop has seen the socket close.
    for (let turn = 0; turn < 3; turn += 1) await fetch(`${origin}/healthz`, { headers: { connection: "close" } });
  } finally {
    await holding.query("rollback");
    holding.release();
  }
  const event = await onlyEventOf(id);
  assert.equal(event.outcome, "released");
  assert.equal(event.cost_nanousd, "0");
  assert.deepEqual(await balanceOf(org, id), { limit: 10n ** 12n, spent: 0n, reserved: 0n });
  assert.equal(await received(), before);
});

test("a provider that outlasts the drain is given up, and the call charged at its reservation", async () => {
  const hurried = await fixture.start({ drainTimeout: 100 });
  const { id, token } = await fixture.mint(org, { limitNanousd: 10n ** 12n });
  const leaving = new AbortController();
  const options = { stream: true, maxTokens: 5_000, signal: leaving.signal };
  const answer = await ask(hurried.origin, openaiShape, token, "sandbox:tokens=4000 sandbox:slow=20", options);
  await answer.body?.getReader().read();
  leaving.abort();
  const event = await onlyEventOf(id);
  assert.equal(event.outcome, "settled");
  assert.ok(["estimated", "partial"].includes(event.usage_source));
  assert.ok(BigInt(event.cost_nanousd) > 5_000n * 600n);
  assert.equal((await balanceOf(org, id)).spent.toString(), event.cost_nanousd);
});

test("a client that stops reading counts as gone, and does not hold the provider's connection", async () => {
  const strict = await fixture.start({ clientStallTimeout: 150 });
  const { id, token } = await fixture.mint(org);
  const body = JSON.stringify(openaiShape.body(`sandbox:big=${32 * 1024 * 1024}`, { stream: true }));
  const { hostname, port } = new URL(strict.origin);
  const socket = connect(Number(port), hostname);
  socket.on("error", () => undefined);
  socket.pause();
  socket.write(
    `POST /openai/v1/chat/completions HTTP/1.1\r\nhost: ${hostname}\r\nauthorization: Bearer ${token}\r\n` +
      `content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  );
  const event = await onlyEventOf(id);
  assert.equal(event.outcome, "settled");
  assert.equal(event.usage_source, "provider");
  socket.destroy();
});

test("a gateway told to stop lets calls finish for its time, then gives them up with one terminal row each", async () => {
  const { id: quickId, token: quick } = await fixture.mint(org);
  const { id: slowId, token: slow } = await fixture.mint(org);
  const stopping = await fixture.start({ shutdownTimeout: 700 });
  const before = await received();
  const finishing = ask(stopping.origin, openaiShape, quick, "sandbox:tokens=10 sandbox:wait=200");
  const endless = ask(stopping.origin, openaiShape, slow, "sandbox:tokens=4000 sandbox:slow=20", {
    stream: true,
    maxTokens: 5_000,
  });
  await eventually(async () => (await received()) === before + 2, "both are under way");
  const stopped = stopping.gateway.stop();
  const whole = await finishing;
  assert.equal(whole.status, 200);
  await whole.arrayBuffer();
  const text = await (await endless).text();
  assert.match(text, /"code":"upstream_unreachable"/);
  await stopped;
  assert.equal((await onlyEventOf(quickId)).usage_source, "provider");
  assert.equal((await onlyEventOf(slowId)).outcome, "settled");
  assert.equal(await openAdmissions(org), 0);
  await assert.rejects(fetch(`${stopping.origin}/healthz`));
});
