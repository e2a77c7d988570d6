import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { jobKey, Problem, serviceAccount, type JobOptions, type SafeEvent } from "../src/index.ts";
import { fakeHost, manifestForTest } from "../src/testing/index.ts";
import { hook, NOW } from "./webhook-route.ts";
import { senders } from "./webhook-senders.ts";

const listening = (options: Parameters<typeof fakeHost>[0] = {}) => {
  const events: SafeEvent[] = [];
  const host = Object.assign(fakeHost(options), { onEvent: (event: SafeEvent) => void events.push(event) });
  return { events, host };
};
const mark = (): string => `canary-${randomBytes(12).toString("hex")}`;

for (const { name, auth, sign, body } of senders()) {
  test(`${name}: of a delivery whose signature held is told whether it was taken, and nothing that it says`, async () => {
    const { events, host } = listening({ now: () => NOW });
    const canary = mark();
    let failure: Error | null = null;
    const { post } = hook(auth, {
      host,
      handler: async ({ sql }) => {
        if (failure !== null) throw failure;
        await sql.query("insert into effects");
        return { status: 200, body: { canary } };
      },
    });
    const payload = (): string => body().replace('"a.b"', `"${canary}", "text": "${canary}"`);
    const sent = payload();
    const headers = sign(Buffer.from(sent));
    const answers = [await post(sent, headers), await post(sent, headers)];
    const lost = payload().replace(/acct_1/, "acct_2");
    answers.push(await post(lost, sign(Buffer.from(lost))));
    failure = new Error(canary);
    const broken = payload();
    answers.push(await post(broken, sign(Buffer.from(broken))));
    // Nobody signed it: there is nothing to tell of it but the answer.
    answers.push(await post(`${sent} `, headers));

    const deliveries = events.filter(({ event }) => event === "webhook.answered");
    assert.deepEqual(
      deliveries.map(({ status, outcome }) => [status, outcome]),
      [
        [200, "taken"],
        [answers[1]?.status, "replayed"],
        [400, "refused"],
        [500, "failed"],
      ],
    );
    assert.deepEqual(
      deliveries.map(({ tenant_id: tenant }) => tenant === undefined),
      [false, false, true, false],
    );
    assert.equal(deliveries[0]?.delivery_id, deliveries[1]?.delivery_id);
    assert.equal(deliveries[0]?.provider, auth.name);
    assert.equal(events.filter(({ event }) => event === "route.answered").length, answers.length);
    assert.equal(JSON.stringify(events).includes(canary), false);
  });
}

test("of a job is told how each tenant's turn and the run ended, and nothing of what failed", async () => {
  const canary = mark();
  const { events, host } = listening({
    answer: (text) =>
      text.includes("pg_try_advisory") ? { rows: [{ locked: true }], rowCount: 1 } : { rows: [], rowCount: 1 },
  });
  const job = { name: "things.sweep", description: "Sweeps things." };
  const membership = async (tenantId: string) =>
    tenantId === "gone" ? null : ({ tenantId, subjectId: "", role: "", visibility: "tenant" } as const);
  const options: JobOptions = {
    host,
    manifest: manifestForTest([], { key_type: ["job"], jobs: [job], tables: ["job_runs"] }),
    name: job.name,
    serviceAccount: serviceAccount({
      id: canary,
      issuer: "worker",
      scope: [job.name],
      expiresAt: new Date("2100-01-01T00:00:00Z"),
      membership,
    }),
    tenants: () => ["well", "broken", "gone", `a tenant ${canary}`],
    idempotencyKey: () => canary,
    timeout: { milliseconds: 1000 },
    retry: { attempts: 2, delayMs: () => 0 },
    handler: async ({ tenant }) => {
      if (tenant.id !== "well") throw new Problem("dependency_unavailable", { cause: new Error(canary) });
    },
  };
  const report = await jobKey(options)();
  assert.deepEqual(
    events.map(({ event, tenant_id: tenant, outcome, code, attempt, count }) => [
      event,
      tenant,
      outcome,
      code,
      attempt,
      count,
    ]),
    [
      ["job.turn_ended", "well", "done", undefined, 1, undefined],
      ["job.turn_ended", "broken", "failed", "dependency_unavailable", 2, undefined],
      ["job.turn_ended", "gone", "refused", "tenant_refused", 0, undefined],
      ["job.turn_ended", "[redacted]", "failed", "dependency_unavailable", 2, undefined],
      ["job.ended", undefined, "incomplete", undefined, undefined, 4],
    ],
  );
  for (const event of events) {
    assert.deepEqual([event.module, event.job, event.run_id], ["test-module", job.name, report.runId]);
  }
  assert.equal(JSON.stringify(events).includes(canary), false);

  events.length = 0;
  await jobKey({ ...options, tenants: () => Promise.reject(new Error(canary)) })();
  await jobKey({ ...options, idempotencyKey: () => "" })();
  assert.deepEqual(
    events.map(({ event, outcome, code, count }) => [event, outcome, code, count]),
    [
      ["job.ended", "failed", "tenants_unavailable", 0],
      ["job.ended", "failed", "job_invalid", 0],
    ],
  );
  const deaf = Object.assign(host, { onEvent: () => assert.fail("the sink is full") });
  assert.equal((await jobKey({ ...options, host: deaf, tenants: () => ["well"] })()).outcome, "done");
});
