import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { EventBoundary } from "../src/calls/event-boundary.ts";
import { quotesSecret } from "../src/calls/quotes-secret.ts";
import { RunningCalls, type CallParties } from "../src/calls/running-calls.ts";
import type { Revocation } from "../src/keys/revocation-watch.ts";
import { Refusal } from "../src/refusal.ts";

const parties = (): CallParties => ({
  id: randomUUID(),
  orgId: randomUUID(),
  virtualKeyId: randomUUID(),
  memberId: randomUUID(),
  providerSecretId: randomUUID(),
});
const revocation = (call: CallParties, kind: Revocation["kind"], subjectId: string | null): Revocation => ({
  epoch: 1n,
  orgId: call.orgId,
  kind,
  subjectId: subjectId ?? "",
});
const code = (wanted: string) => (error: unknown) => error instanceof Refusal && error.code === wanted;

test("a revocation that comes between the admission and the dispatch stops the dispatch", () => {
  const subjects = [
    ["virtual_key", "virtualKeyId"],
    ["member", "memberId"],
    ["provider_secret", "providerSecretId"],
  ] as const;
  for (const [kind, member] of subjects) {
    const calls = new RunningCalls();
    const about = parties();
    const [hit, spared] = [calls.enter(about), calls.enter(parties())];
    calls.end(revocation(about, kind, about[member]));
    assert.throws(() => hit.assertWanted(), code("key_revoked"));
    spared.assertWanted();
  }
});

test("a changed policy and another organisation's revocation end no running call", () => {
  const calls = new RunningCalls();
  const about = parties();
  const call = calls.enter(about);
  calls.end(revocation(about, "policy", about.virtualKeyId));
  calls.end({ ...revocation(about, "virtual_key", about.virtualKeyId), orgId: randomUUID() });
  call.assertWanted();
});

test("once closed, no call enters, and those under way are given up", async () => {
  const calls = new RunningCalls();
  const [waiting, dispatched] = [calls.enter(parties()), calls.enter(parties())];
  let aborted = 0;
  dispatched.attend({ endRevoked: () => undefined, abort: () => (aborted += 1) });
  calls.closeAndAbort();
  assert.equal(aborted, 1);
  assert.throws(() => waiting.assertWanted(), code("ledger_unavailable"));
  assert.throws(() => calls.enter(parties()), code("ledger_unavailable"));
  assert.equal(await calls.settled(1), 2);
  calls.leave(waiting);
  calls.leave(dispatched);
  assert.equal(await calls.settled(1), 0);
});

test("an event of ours is put only between the provider's lines, however its bytes were cut", () => {
  const wholes = ["data: a\n\ndata: b\n\n", "data: a\r\n\r\ndata: b\r\n\r\n"];
  fc.assert(
    fc.property(
      fc.constantFrom(...wholes),
      fc.nat(40),
      fc.array(fc.integer({ min: 1, max: 5 })),
      (whole, end, sizes) => {
        const passed = whole.slice(0, end);
        const boundary = new EventBoundary();
        let at = 0;
        for (const size of [...sizes, passed.length]) {
          boundary.passed(Buffer.from(passed.slice(at, at + size)));
          at += size;
        }
        const lead = boundary.lead();
        const inLine = passed !== "" && !/[\r\n]$/.test(passed);
        assert.equal(lead === null, inLine);
        if (lead === null) return;
        const events = `${passed}${lead}data: ours\n\n`.split(/(?:\r?\n){2}/).filter((event) => event !== "");
        // Blank lines before an event say nothing.
        assert.equal(events.at(-1)?.trimStart(), "data: ours");
      },
    ),
  );
});

test("any eight characters of a secret in a row are seen in any text around them, and none where there is none", () => {
  const alphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789".split("");
  const secret = fc.string({ unit: fc.constantFrom(...alphabet), minLength: 30, maxLength: 60 });
  fc.assert(
    fc.property(
      secret,
      fc.nat(20),
      fc.string({ maxLength: 40 }),
      fc.string({ maxLength: 40 }),
      (text, at, head, tail) => {
        assert.ok(quotesSecret(head + text.slice(at, at + 8) + tail, text));
        assert.equal(quotesSecret("The model is overloaded. Please try again later.", text), false);
      },
    ),
  );
});
