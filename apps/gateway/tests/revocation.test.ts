import assert from "node:assert/strict";
import { randomBytes, randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import type { OrganisationFixture } from "@meterr/database/testing";
import { gatewaySettings } from "../src/settings.ts";
import { allSettled, eventually } from "./support/balance-of.ts";
import { databaseProxy, type DatabaseProxy } from "./support/database-proxy.ts";
import { gatewayFixture, type GatewayFixture } from "./support/gateway-fixture.ts";
import { ask, openaiShape } from "./support/provider-shapes.ts";

/** S11: from the commit of a revocation to the last admission anywhere. Milliseconds. */
const PROMISE = 1_000;
/** What the promise rests on in production, and therefore here. Milliseconds. */
const revocationStaleAfter = gatewaySettings.shape.revocationStaleAfter.parse(undefined);
const TRIALS = 102;
const AT_ONCE = 12;
const kinds = ["virtual key", "provider secret", "member"] as const;
type Kind = (typeof kinds)[number];

let fixture: GatewayFixture;
let org: OrganisationFixture;
let origins: readonly string[];
let proxy: DatabaseProxy;

before(async () => {
  fixture = await gatewayFixture();
  org = await fixture.database.createOrganisation();
  proxy = await databaseProxy(fixture.settings.database);
  const [one, two] = await Promise.all([
    fixture.start({ revokedDrainTimeout: 50, revocationStaleAfter }),
    fixture.start({ revokedDrainTimeout: 50, revocationStaleAfter }),
  ]);
  origins = [one.origin, two.origin];
});
after(async () => {
  await fixture.close();
  await proxy.close();
});

interface Trial {
  /** Milliseconds from commit to the last admission; negative when there was none after it. */
  readonly lastAdmission: number;
  /** Milliseconds from commit to the end of each running stream, as the client saw it. */
  readonly streamEnds: readonly number[];
}

/** One key used on both gateways, by a running stream and by call after call, until what it hangs on is revoked. */
async function trial(kind: Kind): Promise<Trial> {
  const memberId = await newMember();
  const openai = await fixture.sealSecret(org, { provider: "openai", secret: `sk-${randomBytes(24).toString("hex")}` });
  const { id, token } = await fixture.mint(org, { memberId, providerSecretIds: { openai } });
  const text = "sandbox:tokens=4000 sandbox:slow=25";
  const streams = await Promise.all(
    origins.map((origin) =>
      served(() => ask(origin, openaiShape, token, text, { stream: true, maxTokens: 5_000 }), "the stream is begun"),
    ),
  );
  const ended = streams.map(async (stream) => ({ body: await stream.text(), at: performance.now() }));
  const hammered = origins.map((origin) => callUntilRefused(origin, token));
  await Promise.all(hammered.map((hammer) => hammer.served));
  const revoked = await revoke(kind, { id, openai, memberId });
  const [ends] = await Promise.all([Promise.all(ended), ...hammered.map((hammer) => hammer.refused)]);
  for (const { body } of ends)
    assert.match(body, /"code":"key_revoked"[^\n]*\n\n$/, "the stream ends with an error event");
  const last = await eventually(async () => {
    const found = await org.arrange((sql) =>
      sql.query<{ open: string; streams: string; late_ms: string }>(
        `select (select count(*) from admissions a where a.org_id = $1 and a.virtual_key_id = $2) as open,
           count(*) filter (where stream) as streams, extract(epoch from max(occurred_at) - $3) * 1000 as late_ms
         from events where org_id = $1 and virtual_key_id = $2`,
        [org.orgId, id, revoked.databaseTime],
      ),
    );
    const [row] = found.rows;
    return row !== undefined && row.open === "0" ? row : null;
  }, "every call is settled");
  assert.equal(last.streams, "2", "each stream has exactly one terminal row");
  return { lastAdmission: Number(last.late_ms), streamEnds: ends.map(({ at }) => at - revoked.at) };
}

/** The answer, once it is no "not now": a gateway on a busy machine may not hear from its database for a moment. */
async function served(call: () => Promise<Response>, what: string): Promise<Response> {
  const answer = await eventually(async () => {
    const got = await call();
    if (got.headers.get("x-meterr-code") !== "ledger_unavailable") return got;
    await got.arrayBuffer();
    return null;
  }, what);
  assert.equal(answer.status, 200);
  return answer;
}

async function newMember(): Promise<string> {
  const id = randomUUID();
  await org.arrange((sql) =>
    sql.query(
      "insert into members (org_id, id, user_id, email, name, role) values ($1, $2, $3, $4, 'M', 'developer')",
      [org.orgId, id, randomUUID(), `${id}@example.test`],
    ),
  );
  return id;
}

function callUntilRefused(origin: string, token: string): { served: Promise<void>; refused: Promise<void> } {
  const served = Promise.withResolvers<void>();
  const call = async (): Promise<void> => {
    const headers = openaiShape.headers(token);
    const until = performance.now() + 60_000;
    while (performance.now() < until) {
      const answer = await fetch(`${origin}/openai/v1/models`, { headers });
      await answer.arrayBuffer();
      const code = answer.headers.get("x-meterr-code");
      if (answer.status === 200) served.resolve();
      if (answer.status === 200 || code === "ledger_unavailable") {
        await delay(4);
        continue;
      }
      assert.ok(code === "key_revoked" || code === "destination_refused", `${answer.status} ${code}`);
      return;
    }
    throw new Error("the virtual key was never refused");
  };
  return { served: served.promise, refused: call() };
}

/** Both instants are taken just before the commit, so that what is measured from them is never too short. */
async function revoke(
  kind: Kind,
  subject: { id: string; openai: string; memberId: string },
): Promise<{ at: number; databaseTime: Date }> {
  const statement = {
    "virtual key": "select revoke_virtual_key($1, $2)",
    "provider secret": "select revoke_provider_secret($1, $2)",
    member: "select remove_member($1, $2)",
  }[kind];
  const which = { "virtual key": subject.id, "provider secret": subject.openai, member: subject.memberId }[kind];
  return org.arrange(async (sql) => {
    await sql.query(statement, [org.orgId, which]);
    const now = await sql.query<{ now: Date }>("select clock_timestamp() as now");
    return { at: performance.now(), databaseTime: now.rows[0]?.now ?? new Date(0) };
  });
}

async function runTrials(count: number, report: (line: string) => void): Promise<void> {
  const results: Trial[] = [];
  for (let from = 0; from < count; from += AT_ONCE) {
    const batch = Array.from({ length: Math.min(AT_ONCE, count - from) }, (_, at) => kinds[(from + at) % kinds.length]);
    results.push(...(await Promise.all(batch.map((kind) => trial(kind ?? "member")))));
  }
  const admissions = results.map((result) => Math.max(0, result.lastAdmission));
  report(`${count} trials: last admission after commit ${summary(admissions)}`);
  report(`running streams ended after commit ${summary(results.flatMap((result) => result.streamEnds))}`);
  assert.ok(Math.max(...admissions) <= PROMISE);
}

function summary(values: readonly number[]): string {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): string => (sorted[Math.floor((sorted.length - 1) * share)] ?? 0).toFixed(1);
  return `median ${at(0.5)} ms, p95 ${at(0.95)} ms, max ${at(1)} ms`;
}

test("a revocation ends all use on both gateways within a second, running streams included", async (t) => {
  await runTrials((TRIALS * 2) / 3, (line) => t.diagnostic(line));
});

test("so it does with the notification channel cut: the heartbeat alone carries it", async (t) => {
  const { rows } = await fixture.database.pools.owner.query<{ source: string }>(
    "select pg_get_functiondef('note_revocation(uuid, text, uuid)'::regprocedure) as source",
  );
  const source = rows[0]?.source ?? "";
  const silent = source.replace(/perform pg_notify\([^;]*;/i, "");
  assert.notEqual(silent, source, "the notification is taken out");
  await fixture.database.pools.owner.query(silent);
  try {
    await runTrials(TRIALS / 3, (line) => t.diagnostic(line));
  } finally {
    await fixture.database.pools.owner.query(source);
  }
});

test("a gateway that cannot hear of revocations stops admitting within a second, and goes on when it can", async (t) => {
  const { origin } = await fixture.start({ database: proxy.settings, revocationStaleAfter });
  const { id, token } = await fixture.mint(org);
  const call = async (): Promise<string | null> => {
    const answer = await fetch(`${origin}/openai/v1/models`, { headers: openaiShape.headers(token) });
    await answer.arrayBuffer();
    return answer.status === 200 ? "served" : answer.headers.get("x-meterr-code");
  };
  assert.equal(await call(), "served");
  const stalled = await fixture.database.pools.owner.query<{ now: Date }>("select clock_timestamp() as now");
  proxy.stall("-revocations");
  await eventually(async () => (await call()) === "ledger_unavailable", "calls are refused");
  for (let again = 0; again < 3; again += 1) assert.equal(await call(), "ledger_unavailable");
  const health = await fetch(`${origin}/healthz`);
  assert.equal(health.status, 503);
  const found = await org.arrange((sql) =>
    sql.query<{ late_ms: string }>(
      "select extract(epoch from max(occurred_at) - $3) * 1000 as late_ms from events where org_id = $1 and virtual_key_id = $2",
      [org.orgId, id, stalled.rows[0]?.now],
    ),
  );
  const late = Number(found.rows[0]?.late_ms);
  t.diagnostic(`last admission ${late.toFixed(0)} ms after the watch was stalled`);
  assert.ok(late <= PROMISE);
  // What was revoked in the silence is known as soon as calls are taken again.
  await revoke("virtual key", { id, openai: id, memberId: id });
  const { token: other } = await fixture.mint(org);
  proxy.resume();
  await eventually(async () => {
    const headers = openaiShape.headers(other);
    const answer = await fetch(`${origin}/openai/v1/models`, { headers });
    await answer.arrayBuffer();
    return answer.status === 200;
  }, "calls are taken again");
  assert.equal(await call(), "key_revoked");
  await allSettled(org);
});
