import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, describe, test } from "node:test";
import type { OrganisationFixture } from "@meterr/database/testing";
import { allSettled, balanceOf } from "./support/balance-of.ts";
import { eventOf, type EventRow } from "./support/event-of.ts";
import { gatewayFixture, type GatewayFixture, type Minted } from "./support/gateway-fixture.ts";
import { ask, providerShapes, type ProviderShape } from "./support/provider-shapes.ts";

/** Of the gateway that loses patience soon: long beside what any machine takes to pass on a first byte. Milliseconds. */
const PATIENCE = 3_000;
const SECRET = `sk-${randomBytes(24).toString("hex")}`;

let fixture: GatewayFixture;
let org: OrganisationFixture;
let origin: string;
/** A gateway that loses patience with a provider soon. */
let impatient: string;
let key: Minted;

before(async () => {
  fixture = await gatewayFixture({ maxStallMs: 20_000 });
  org = await fixture.database.createOrganisation();
  [{ origin }, { origin: impatient }] = await Promise.all([
    fixture.start(),
    fixture.start({ upstreamHeadersTimeout: PATIENCE, upstreamIdleTimeout: PATIENCE }),
  ]);
  const providerSecretIds = {
    openai: await fixture.sealSecret(org, { provider: "openai", secret: SECRET }),
    anthropic: await fixture.sealSecret(org, { provider: "anthropic", secret: SECRET }),
    google: await fixture.sealSecret(org, { provider: "google", secret: SECRET }),
  };
  key = await fixture.mint(org, { providerSecretIds, limitNanousd: 10n ** 12n });
});
after(() => fixture.close());

interface Faulted {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
  /** The connection was cut before the answer was whole. */
  readonly cut: boolean;
  readonly event: EventRow;
}

async function fault(shape: ProviderShape, text: string, stream: boolean, at = origin): Promise<Faulted> {
  const answer = await ask(at, shape, key.token, text, { stream });
  let body = "";
  let cut = false;
  const decoder = new TextDecoder();
  try {
    for await (const chunk of answer.body ?? []) body += decoder.decode(chunk, { stream: true });
  } catch {
    cut = true;
  }
  const requestId = answer.headers.get("x-request-id");
  const event = await eventOf(org, requestId);
  const rows = await org.arrange((sql) =>
    sql.query("select from events where org_id = $1 and request_id = $2", [org.orgId, requestId]),
  );
  assert.equal(rows.rowCount, 1, "exactly one terminal row");
  return { status: answer.status, headers: answer.headers, body, cut, event };
}

const terminal = (event: EventRow) => ({
  outcome: event.outcome,
  usage_source: event.usage_source,
  status: event.status,
});

/** 64 output tokens at the model's price: what a reservation holds at least. */
const outputBound = { openai: 64n * 600n, anthropic: 64n * 5_000n, google: 64n * 2_500n };

function assertAtReservation(shape: ProviderShape, event: EventRow): void {
  assert.ok(BigInt(event.cost_nanousd) > outputBound[shape.provider], "charged at its reservation");
}

for (const shape of providerShapes) {
  for (const stream of [false, true]) {
    const kind = `${shape.provider} ${stream ? "streamed" : "plain"}`;

    test(`${kind}: the provider's own 429 and 500 pass as they are and cost nothing`, async () => {
      const [limited, broken] = await Promise.all([
        fault(shape, "sandbox:status=429", stream),
        fault(shape, "sandbox:status=500", stream),
      ]);
      assert.equal(limited.status, 429);
      assert.equal(limited.headers.get("retry-after"), "1");
      assert.equal(limited.headers.get("x-meterr-code"), null);
      assert.deepEqual(terminal(limited.event), { outcome: "settled", usage_source: "none", status: 429 });
      assert.equal(limited.event.cost_nanousd, "0");
      assert.equal(broken.status, 500);
      assert.match(broken.body, /simulated/);
      assert.deepEqual(terminal(broken.event), { outcome: "settled", usage_source: "none", status: 500 });
      assert.equal(broken.event.cost_nanousd, "0");
    });

    test(`${kind}: a 401 or 403 is replaced, and an error that quotes the secret too`, async () => {
      const replaced = [401, 403].map(async (status) => {
        const refused = await fault(shape, `sandbox:status=${status}-echo`, stream);
        assert.equal(refused.status, 502);
        assert.equal(refused.headers.get("x-meterr-code"), "destination_refused");
        assert.equal(refused.headers.get("x-should-retry"), "false");
        assert.equal(shape.errorCode(JSON.parse(refused.body)), "destination_refused");
        assertSecretAbsent(refused);
        assert.deepEqual(terminal(refused.event), { outcome: "settled", usage_source: "none", status });
      });
      const echoed = [
        [400, 400],
        [429, 429],
        [500, 502],
      ].map(async ([status, answered]) => {
        const echo = await fault(shape, `sandbox:status=${status}-echo`, stream);
        assert.equal(echo.status, answered);
        assert.equal(echo.headers.get("x-meterr-code"), "upstream_unreachable");
        assertSecretAbsent(echo);
      });
      await Promise.all([...replaced, ...echoed]);
    });

    test(`${kind}: an answer that is no JSON passes and is charged at its reservation`, async () => {
      const garbage = await fault(shape, "sandbox:garbage", stream);
      assert.equal(garbage.status, 200);
      assert.match(garbage.body, /simulated/);
      assert.deepEqual(terminal(garbage.event), { outcome: "settled", usage_source: "estimated", status: 200 });
      assertAtReservation(shape, garbage.event);
    });

    test(`${kind}: an answer without its usage is charged at its reservation`, async () => {
      const silent = await fault(shape, "sandbox:no-usage", stream);
      assert.equal(silent.status, 200);
      assert.ok(["estimated", "partial"].includes(silent.event.usage_source));
      assertAtReservation(shape, silent.event);
    });

    test(`${kind}: half an answer is cut off or ended with an error event, and charged at its reservation`, async () => {
      const half = await fault(shape, "sandbox:tokens=40 sandbox:half-stream", stream);
      assert.equal(half.status, 200);
      if (stream) assertErrorEvent(shape, half, "upstream_unreachable");
      else assert.ok(half.cut);
      assert.equal(half.event.outcome, "settled");
      assert.ok(["estimated", "partial"].includes(half.event.usage_source));
      assertAtReservation(shape, half.event);
    });
  }

  test(`${shape.provider}: an error in the middle of a stream passes, and the call is charged at its reservation`, async () => {
    const broken = await fault(shape, "sandbox:tokens=40 sandbox:error-event", true);
    assert.match(broken.body, /simulated/);
    assert.ok(["estimated", "partial"].includes(broken.event.usage_source));
    assertAtReservation(shape, broken.event);
  });
}

describe(
  "a provider that falls silent is given up, and the call charged at its reservation",
  { concurrency: true },
  () => {
    for (const shape of providerShapes) {
      for (const stream of [false, true]) {
        test(`${shape.provider} ${stream ? "streamed" : "plain"}`, async () => {
          const [before, within] = await Promise.all([
            fault(shape, "sandbox:stall-before-headers", stream, impatient),
            fault(shape, "sandbox:stall", stream, impatient),
          ]);
          assert.equal(before.status, 504);
          assert.equal(before.headers.get("x-meterr-code"), "upstream_timeout");
          assert.equal(shape.errorCode(JSON.parse(before.body)), "upstream_timeout");
          assert.deepEqual(terminal(before.event), { outcome: "settled", usage_source: "estimated", status: null });
          assertAtReservation(shape, before.event);
          assert.equal(within.status, stream ? 200 : 504);
          if (stream) assertErrorEvent(shape, within, "upstream_timeout");
          else assert.equal(shape.errorCode(JSON.parse(within.body)), "upstream_timeout");
          assert.equal(within.event.outcome, "settled");
          assertAtReservation(shape, within.event);
        });
      }
    }
  },
);

test("after every fault nothing is left reserved, and the budget holds the sum of the events", async () => {
  await allSettled(org);
  const balance = await balanceOf(org, key.id);
  const events = await org.arrange((sql) =>
    sql.query<{ cost: string }>("select sum(cost_nanousd) as cost from events where org_id = $1", [org.orgId]),
  );
  assert.equal(balance.reserved, 0n);
  assert.equal(balance.spent, BigInt(events.rows[0]?.cost ?? "-1"));
});

function assertSecretAbsent(answer: Faulted): void {
  const all = answer.body + JSON.stringify([...answer.headers]);
  assert.ok(!all.includes(SECRET.slice(3, 11)) && !all.includes(SECRET.slice(-8)));
}

/** The provider's SDK reads this as an error: the last event, whole, in the provider's shape. */
function assertErrorEvent(shape: ProviderShape, answer: Faulted, code: string): void {
  const events = answer.body.split(/\r?\n\r?\n/).filter((event) => event !== "");
  const data = /^data: (.*)$/m.exec(events.at(-1) ?? "")?.[1] ?? "";
  assert.equal(shape.errorCode(JSON.parse(data)), code);
  assert.equal(answer.cut, false);
}
