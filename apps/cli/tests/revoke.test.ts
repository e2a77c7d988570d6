import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test, type TestContext } from "node:test";
import { runCommand } from "./support/run-command.ts";
import { stubApi } from "./support/stub-api.ts";

interface Item {
  id: string;
  name: string;
}

const key = (name: string, id: string = randomUUID()) => ({
  id,
  name,
  mode: "test",
  display: "mtr_test_abc",
  created_at: "2026-11-20T10:00:00.000Z",
});
const secret = (name: string, id: string = randomUUID()) => ({ id, name, provider: "openai", status: "working" });

async function revoke(t: TestContext, group: string, items: readonly Item[], ...args: string[]) {
  // Two pages: whoever stops at the first sees one of two.
  const pages = { items: items.slice(0, 1), next_cursor: items.length > 1 ? "2" : null };
  const api = await stubApi(t, ({ method, url }) =>
    method === "DELETE"
      ? { status: 204 }
      : { status: 200, body: url.includes("cursor=2") ? { items: items.slice(1), next_cursor: null } : pages },
  );
  const env = { METERR_URL: api.origin, METERR_API_TOKEN: "token" };
  const ran = await runCommand([group, "revoke", ...args], { env });
  return {
    ...ran,
    deleted: api.seen.filter(({ method }) => method === "DELETE").map(({ url }) => url),
    seen: api.seen,
  };
}

for (const [group, make] of [
  ["virtual-keys", key],
  ["provider-secrets", secret],
] as const) {
  test(`${group}: an id is revoked as it is given, without asking for a list`, async (t) => {
    const id = randomUUID();
    const ran = await revoke(t, group, [], id);
    assert.equal(ran.code, 0, ran.err);
    assert.deepEqual(
      ran.seen.map(({ method, url }) => `${method} ${url}`),
      [`DELETE /api/v1/${group}/${id}`],
    );
  });

  test(`${group}: a name that one has is revoked by its id`, async (t) => {
    const [other, mine] = [make("other"), make("mine")];
    const ran = await revoke(t, group, [other, mine], "mine");
    assert.equal(ran.code, 0, ran.err);
    assert.deepEqual(ran.deleted, [`/api/v1/${group}/${mine.id}`]);
    assert.ok(ran.out.includes(`Revoked mine (${mine.id}).`));
  });

  test(`${group}: a name that several have revokes none and names their ids`, async (t) => {
    const [one, two] = [make("mine"), make("mine")];
    const ran = await revoke(t, group, [one, two], "mine");
    assert.equal(ran.code, 2);
    assert.match(ran.err, /^✗ 2 (?:virtual keys|provider secrets) in force are called mine; nothing was revoked\./);
    for (const { id } of [one, two]) assert.ok(ran.err.includes(id));
    assert.deepEqual(ran.deleted, []);
  });

  test(`${group}: a name nobody has says how to see them`, async (t) => {
    const ran = await revoke(t, group, [make("other")], "mine");
    assert.equal(ran.code, 2);
    assert.match(ran.err, new RegExp(`has the id or name mine\\.\\n.*npx meterr ${group} list`));
    assert.deepEqual(ran.deleted, []);
  });
}

test("what the server calls an id stands in one segment of the path, whatever it holds", async (t) => {
  const ran = await revoke(t, "virtual-keys", [key("mine", "../setup?x")], "mine");
  assert.deepEqual(ran.deleted, ["/api/v1/virtual-keys/..%2Fsetup%3Fx"]);
});
