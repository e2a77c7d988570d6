import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { test } from "node:test";
import fc from "fast-check";
import { dollars } from "../src/api/money.ts";
import { steps } from "../src/terminal/steps.ts";
import { StopRequests } from "../src/up/stop-requests.ts";
import { bufferTerminal } from "./support/buffer-terminal.ts";

test("steps are plain lines when piped and coloured ones on a terminal", async () => {
  const piped = bufferTerminal();
  await steps(piped).run(
    "Ports",
    async () => 3,
    (count) => `${count} free`,
  );
  assert.equal(piped.out(), "  ✓ Ports  3 free\n");
  const seen = bufferTerminal({ isTTY: true });
  await steps(seen).run("Ports", async () => undefined);
  assert.match(seen.out(), /\u001b\[32m✓/);
  const plain = bufferTerminal({ isTTY: true, env: { NO_COLOR: "1" } });
  await steps(plain).run("Ports", async () => undefined);
  assert.ok(!/\u001b\[\d+m/.test(plain.out()));
});

test("a step that fails is marked and its error passed on", async () => {
  const terminal = bufferTerminal();
  const failing = steps(terminal).run("Ports", () => Promise.reject(new Error("no")));
  await assert.rejects(failing, /no/);
  assert.equal(terminal.out(), "  ✗ Ports\n");
});

test("nano-dollars are shown exactly: reading them back gives the same amount", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 10n ** 18n }), (amount) => {
      const [, whole = "", fraction = ""] = /^\$(\d+)\.(\d{2,9})$/.exec(dollars(String(amount))) ?? [];
      return BigInt(whole) * 10n ** 9n + BigInt(fraction.padEnd(9, "0")) === amount;
    }),
  );
  assert.equal(dollars("10000000"), "$0.01");
  assert.equal(dollars(null), "–");
});

test("one Ctrl-C that arrives twice drains; another one later forces", () => {
  const signals = new EventEmitter();
  let now = 0;
  const stop = new StopRequests(signals, () => now);
  signals.emit("SIGINT");
  now = 5;
  signals.emit("SIGINT");
  assert.deepEqual([stop.drain.aborted, stop.force.aborted], [true, false]);
  now = 2_000;
  signals.emit("SIGINT");
  assert.equal(stop.force.aborted, true);
  stop.forget();
  assert.equal(signals.listenerCount("SIGINT"), 0);
});
