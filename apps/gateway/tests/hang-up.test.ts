import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { connect } from "node:net";
import { after, before, test } from "node:test";
import type { OrganisationFixture } from "@meterr/database/testing";
import { balanceOf, eventually, openAdmissions } from "./support/balance-of.ts";
import type { EventRow } from "./support/event-of.ts";
import { gatewayFixture, type GatewayFixture, type Minted } from "./support/gateway-fixture.ts";
import { answerUsing, heldUpstream, type HeldUpstream } from "./support/held-upstream.ts";
import { ask, openaiShape, providerShapes, type ProviderName } from "./support/provider-shapes.ts";

let fixture: GatewayFixture;
let org: OrganisationFixture;
/** A provider that answers when a test says so; the sandbox answers in its own time. */
let upstream: HeldUpstream;
let origin: string;

before(async () => {
  fixture = await gatewayFixture();
  org = await fixture.database.createOrganisation();
  upstream = await heldUpstream(answerUsing({ input: 20, output: 40 }), { held: true });
  ({ origin } = await fixture.start({ allowedDestinations: [upstream.origin] }));
});
after(async () => {
  await fixture.close();
  await upstream.close();
});

/** A virtual key whose calls go to the provider that waits. */
async function heldKey(provider: ProviderName): Promise<Minted> {
  const secret = `sk-${randomBytes(24).toString("hex")}`;
  const secretId = await fixture.sealSecret(org, { provider, secret, destination: upstream.origin });
  const providerSecretIds = { [provider]: secretId };
  return fixture.mint(org, { mode: "live", limitNanousd: 10n ** 12n, providerSecretIds });
}

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

/** A round trip each: by then the gateway's event loop has seen a socket close. */
async function seenByTheGateway(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await fetch(`${origin}/healthz`, { headers: { connection: "close" } });
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
    const { id, token } = await heldKey(shape.provider);
    const leaving = new AbortController();
    const before = upstream.received.length;
    upstream.hold();
    const left = assert.rejects(ask(origin, shape, token, "hello", { signal: leaving.signal }));
    await eventually(async () => upstream.received.length > before, "the provider has the call");
    leaving.abort();
    await left;
    await seenByTheGateway();
    upstream.release();
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
    await seenByTheGateway();
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
  const { id: quickId, token: quick } = await heldKey("openai");
  const { id: slowId, token: slow } = await fixture.mint(org);
  const stopping = await fixture.start({ shutdownTimeout: 2_000, allowedDestinations: [upstream.origin] });
  const [before, heldBefore] = [await received(), upstream.received.length];
  upstream.hold();
  const finishing = ask(stopping.origin, openaiShape, quick, "hello");
  const endless = ask(stopping.origin, openaiShape, slow, "sandbox:tokens=4000 sandbox:slow=20", {
    stream: true,
    maxTokens: 5_000,
  });
  await eventually(
    async () => (await received()) > before && upstream.received.length > heldBefore,
    "both are under way",
  );
  const stopped = stopping.gateway.stop();
  upstream.release();
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
