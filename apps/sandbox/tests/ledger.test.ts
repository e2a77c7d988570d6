import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { once } from "node:events";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { test } from "node:test";
import type { SandboxCall } from "../src/index.ts";
import { readLedger } from "../src/index.ts";
import { credential, openai, rawChat, running } from "./running.ts";

function ledgerFile(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "sandbox-"));
  t.after(() => rmSync(folder, { recursive: true }));
  return join(folder, "calls.jsonl");
}

test("a call is written when received and again when finished, without prompt, answer or credential", async (t) => {
  const file = ledgerFile(t);
  const sandbox = await running(t, { ledgerFile: file });
  const [secret, prompt] = [credential(), credential("prompt-")];
  const ask = openai(sandbox, secret).chat.completions.create(
    { model: "gpt-4o", messages: [{ role: "user", content: prompt }] },
    { headers: { "x-request-id": "mine-1", "x-client-request-id": "theirs-1" } },
  );
  const { request_id } = await ask.withResponse();
  await assertSettled(sandbox);
  const text = readFileSync(file, "utf8");
  const lines = text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as SandboxCall & { event: string });
  assert.deepEqual(
    lines.map((line) => [line.event, line.completed]),
    [
      ["received", false],
      ["finished", true],
    ],
  );
  for (const hidden of [secret, prompt, "[simulated]"]) assert.ok(!text.includes(hidden));
  const call = sandbox.calls()[0];
  assert.deepEqual(readLedger(file), [call]);
  assert.equal(call?.credential_sha256, createHash("sha256").update(secret).digest("hex"));
  assert.deepEqual(
    [call.request_id, call.client_request_id, call.upstream_request_id, call.model, call.status],
    ["mine-1", "theirs-1", request_id, "gpt-4o", 200],
  );
  assert.ok(call.bytes_sent > 300 && (call.usage?.output ?? 0) > 0);
});

async function assertSettled(sandbox: { counts(): { received: number; finished: number } }): Promise<void> {
  while (sandbox.counts().finished < sandbox.counts().received) await new Promise((resolve) => setImmediate(resolve));
}

test("a caller that hangs up leaves a call that is finished but not completed", async (t) => {
  const sandbox = await running(t);
  const abort = new AbortController();
  const response = await rawChat(sandbox, "sandbox:tokens=1000 sandbox:slow=5", { stream: true }, abort.signal);
  await response.body?.getReader().read();
  abort.abort();
  await assertSettled(sandbox);
  assert.deepEqual(sandbox.counts(), { received: 1, finished: 1, completed: 0 });
  assert.equal(sandbox.calls()[0]?.usage?.output, 1000);
});

test("closing cuts running answers, and the file says they were finished but not completed", async (t) => {
  const file = ledgerFile(t);
  const sandbox = await running(t, { ledgerFile: file });
  const responses = await Promise.all(
    ["sandbox:stall", "sandbox:slow=60000", "sandbox:stall"].map((text) => rawChat(sandbox, text, { stream: true })),
  );
  await Promise.all([sandbox.close(), ...responses.map((response) => assert.rejects(response.text()))]);
  assert.deepEqual(
    readLedger(file).map((call) => [call.finished_at !== null, call.completed]),
    [
      [true, false],
      [true, false],
      [true, false],
    ],
  );
});

test("a torn last line of the file is ignored", async (t) => {
  const file = ledgerFile(t);
  const sandbox = await running(t, { ledgerFile: file });
  await (await rawChat(sandbox, "hi")).text();
  await assertSettled(sandbox);
  appendFileSync(file, '{"event":"rece');
  assert.equal(readLedger(file).length, 1);
});

test("the ledger is read and cleared over HTTP", async (t) => {
  const sandbox = await running(t);
  for (const text of ["one", "two", "sandbox:status=500"]) await (await rawChat(sandbox, text)).text();
  await assertSettled(sandbox);
  const get = async (path: string) =>
    (await fetch(`${sandbox.origin}/__sandbox/${path}`)).json() as Promise<{ calls: SandboxCall[] }>;
  assert.deepEqual(await get("calls/count"), { received: 3, finished: 3, completed: 3 });
  assert.deepEqual((await get("calls")).calls, sandbox.calls());
  assert.deepEqual(
    (await get("calls?since=2")).calls.map((call) => [call.seq, call.status, call.usage]),
    [[3, 500, null]],
  );
  assert.equal((await get(`calls?since=${encodeURIComponent(sandbox.calls()[0]?.at ?? "")}`)).calls.length, 3);
  assert.equal((await fetch(`${sandbox.origin}/__sandbox/calls?since=yesterday`)).status, 400);
  assert.equal((await fetch(`${sandbox.origin}/__sandbox/calls`, { method: "DELETE" })).status, 200);
  assert.deepEqual(sandbox.counts(), { received: 0, finished: 0, completed: 0 });
});

test("the ledger is not shown to a caller that names another host", async (t) => {
  const sandbox = await running(t);
  const asked = request(`${sandbox.origin}/__sandbox/calls`, { headers: { host: "attacker.example" } }).end();
  const [response] = (await once(asked, "response")) as [{ statusCode: number; resume(): void }];
  response.resume();
  assert.equal(response.statusCode, 404);
});
