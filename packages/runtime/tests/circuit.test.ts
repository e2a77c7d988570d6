import assert from "node:assert/strict";
import { test } from "node:test";
import { Circuit, type CircuitOutcome, type Passage } from "../src/integrations/circuit.ts";
import { eitherSignal } from "../src/integrations/either-signal.ts";
import { backoff } from "../src/integrations/backoff.ts";
import { parseRetryAfter } from "../src/integrations/retry-after.ts";

function circuitForTest() {
  const it = { now: 0, changes: [] as string[] };
  const circuit = new Circuit(
    { failures: 2, openMs: 100 },
    () => it.now,
    (state) => void it.changes.push(state),
  );
  const enter = (): Passage & { open: true } => {
    const passage = circuit.enter();
    assert.ok(passage.open);
    return passage;
  };
  const run = (outcome: CircuitOutcome): void => enter().settle(outcome);
  return Object.assign(it, { circuit, enter, run });
}

test("only failures in a row open a circuit", () => {
  const it = circuitForTest();
  for (const outcome of ["failed", "answered", "failed", "unknown"] as const) it.run(outcome);
  assert.equal(it.circuit.state, "closed");
  it.run("failed");
  assert.equal(it.circuit.state, "open");
  it.now = 99;
  assert.deepEqual(it.circuit.enter(), { open: false, retryAfterMs: 1 });
});

test("half-open lets one probe through at a time; silence lets another follow", () => {
  const it = circuitForTest();
  it.run("failed");
  it.run("failed");
  it.now = 100;
  const probe = it.enter();
  assert.equal(it.circuit.enter().open, false);
  probe.settle("unknown");
  probe.settle("answered"); // settled already
  assert.equal(it.circuit.state, "half-open");
  const second = it.enter();
  assert.equal(it.circuit.enter().open, false);
  second.settle("failed");
  assert.equal(it.circuit.enter().open, false);
  it.now = 200;
  it.run("answered");
  assert.deepEqual(it.changes, ["open", "half-open", "open", "half-open", "closed"]);
});

test("what was sent before the provider fell says nothing of its recovery", () => {
  const it = circuitForTest();
  const early = [it.enter(), it.enter()];
  it.run("failed");
  it.run("failed");
  early[0]?.settle("answered");
  assert.equal(it.circuit.state, "open");
  it.now = 100;
  const probe = it.enter();
  early[1]?.settle("failed");
  assert.equal(it.circuit.state, "half-open");
  probe.settle("answered");
  assert.equal(it.circuit.state, "closed");
});

test("a clock that gives no time keeps an open circuit open", () => {
  const it = circuitForTest();
  it.run("failed");
  it.run("failed");
  it.now = Number.NaN;
  assert.deepEqual(it.circuit.enter(), { open: false, retryAfterMs: 100 });
});

test("waits double up to their bound, whatever randomness gives", () => {
  const rule = { baseMs: 100, maxMs: 1_000 };
  const waits = (random: number): number[] =>
    [1, 2, 3, 4, 5, 500].map((attempt) => backoff(attempt, rule, () => random));
  assert.deepEqual(waits(1), [100, 200, 400, 800, 1_000, 1_000]);
  assert.deepEqual(waits(0), [0, 0, 0, 0, 0, 0]);
  for (const broken of [Number.NaN, -1, 7]) assert.deepEqual(waits(broken), waits(1));
});

test("Retry-After is read as RFC 9110 writes it", () => {
  const now = Date.UTC(2026, 10, 6, 8, 49, 36);
  for (const [header, milliseconds] of [
    ["120", 120_000],
    ["0", 0],
    ["Fri, 06 Nov 2026 08:49:37 GMT", 1_000],
    ["Fri, 06 Nov 2020 08:49:37 GMT", 0],
    ["Fri, 99 Nov 2026 08:49:37 GMT", null],
    ["1.5", null],
    ["+1", null],
    ["", null],
    ["Friday, 06-Nov-26 08:49:37 GMT", null],
  ] as const) {
    assert.equal(parseRetryAfter(header, now), milliseconds, header);
  }
  assert.equal(parseRetryAfter(null, now), null);
});

test("either signal aborts what waits for both", () => {
  for (const which of [0, 1] as const) {
    const both = [new AbortController(), new AbortController()] as const;
    const either = eitherSignal(both[0].signal, both[1].signal);
    assert.equal(either.aborted, false);
    both[which].abort();
    assert.equal(either.aborted, true);
    assert.equal(eitherSignal(both[0].signal, both[1].signal).aborted, true);
  }
  const alone = new AbortController();
  assert.equal(eitherSignal(alone.signal, null), alone.signal);
});
