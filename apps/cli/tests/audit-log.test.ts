import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { runCommand } from "./support/run-command.ts";
import { stubApi } from "./support/stub-api.ts";

const head = { sequence: "41", hash: "0".repeat(64), at: "2026-11-22T11:00:00.000Z" };
const intact = {
  intact: true,
  checked_at: "2026-11-22T12:00:00.000Z",
  entries_followed: "41",
  last_hash: "0".repeat(64),
  signed_head: head,
  first_bad: null,
};

async function audit(t: TestContext, body: unknown, ...args: string[]) {
  const api = await stubApi(t, () => ({ status: 200, body }));
  const ran = await runCommand(["audit-log", ...args], { env: { METERR_URL: api.origin, METERR_API_TOKEN: "token" } });
  return { ...ran, asked: api.seen[0]?.url };
}

test("an intact log ends with 0 and says how far the signed head reaches", async (t) => {
  const ran = await audit(t, intact, "verify");
  assert.equal(ran.code, 0, ran.err);
  assert.equal(ran.asked, "/api/v1/audit-log/verify");
  assert.match(ran.out, /41 entries are as they were written/);
  assert.match(ran.out, /entry 41, 2026-11-22T11:00:00/);
});

test("a tampered log ends with 1 and names the first bad entry, as JSON too", async (t) => {
  const bad = { sequence: "17", problem: "edited", detail: "This entry was changed.", vouched_up_to: "12" };
  const answer = { ...intact, intact: false, entries_followed: "16", first_bad: bad };
  const ran = await audit(t, answer, "verify");
  assert.equal(ran.code, 1);
  assert.equal(ran.out, "");
  assert.match(ran.err, /entry 17 \(edited\): This entry was changed/);
  assert.match(ran.err, /up to 12/);
  const json = await audit(t, answer, "verify", "--json");
  assert.equal(json.code, 1);
  assert.equal((JSON.parse(json.out) as typeof answer).first_bad.sequence, "17");
});

test("an answer that contradicts itself is not taken for an intact log", async (t) => {
  const bad = { sequence: "2", problem: "missing", detail: "Gone.", vouched_up_to: "0" };
  for (const answer of [
    { ...intact, first_bad: bad },
    { ...intact, intact: false },
  ]) {
    assert.equal((await audit(t, answer, "verify")).code, 1);
  }
});

test("entries are listed by action and subject, with who did it", async (t) => {
  const entry = {
    sequence: "3",
    at: "2026-11-22T11:00:00.000Z",
    actor: { kind: "session", id: "u1", label: "Ann" },
    action: "virtual_key.minted",
    subject: { type: "virtual_key", id: "k1" },
  };
  const page = { items: [entry], next_cursor: "3" };
  const ran = await audit(t, page, "list", "--action", "virtual_key.minted", "--subject", "k1");
  assert.equal(ran.code, 0, ran.err);
  assert.match(ran.asked ?? "", /action=virtual_key\.minted&subject=k1/);
  assert.match(ran.out, /Ann\s+virtual_key\.minted\s+virtual_key k1/);
  assert.match(ran.err, /--cursor 3/);
});
