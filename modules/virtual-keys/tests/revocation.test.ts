import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { hashToken } from "@meterr/vault";
import { KEYS, openWorld, type World } from "./support/world.ts";

let world: World;
before(async () => void (world = await openWorld()));
after(() => world.close());

const epoch = async (): Promise<bigint> => {
  const { rows } = await world.db.pools.gateway.query<{ epoch: string }>("select current_revocation_epoch() as epoch");
  return BigInt(rows[0]?.epoch ?? "-1");
};

test("revocation is noted for every gateway in the same transaction, and happens once", async () => {
  const { id, key } = await world.mintOne(undefined, { name: "leaked" });
  const before = await epoch();
  assert.equal((await world.call("DELETE", `${KEYS}/${id}`)).status, 204);
  const { rows } = await world.db.pools.gateway.query("select * from revocations_since($1)", [before.toString()]);
  assert.deepEqual(rows, [
    { epoch: (before + 1n).toString(), org_id: world.one.orgId, kind: "virtual_key", subject_id: id },
  ]);
  const found = await world.db.pools.gateway.query("select revoked from find_virtual_key($1)", [hashToken(key)]);
  assert.deepEqual(found.rows, [{ revoked: true }]);
  const { action, subject, details } = world.audits.at(-1) ?? {};
  assert.deepEqual([action, subject?.id, details], ["virtual_key.revoked", id, { name: "leaked" }]);

  assert.equal((await world.call("DELETE", `${KEYS}/${id}`)).status, 404);
  assert.equal(await epoch(), before + 1n);
  const shown = (await world.call("GET", `${KEYS}/${id}`)).body;
  assert.equal(shown.status, "revoked");
  assert.ok(shown.revoked_at !== null);
});

test("a revoked virtual key takes no new limit", async () => {
  const { id } = await world.mintOne();
  await world.call("DELETE", `${KEYS}/${id}`);
  const kept = await world.dump();
  const answer = await world.call("PATCH", `${KEYS}/${id}`, { body: { limit_usd: "5" } });
  assert.deepEqual([answer.status, answer.body.code], [409, "conflict"]);
  assert.equal(await world.dump(), kept);
});

test("revoked ones leave the list unless they are asked for", async () => {
  const { id } = await world.mintOne();
  await world.call("DELETE", `${KEYS}/${id}`);
  const listed = async (query: string): Promise<boolean> =>
    (await world.call("GET", `${KEYS}${query}`)).body.items.some((item: { id: string }) => item.id === id);
  assert.deepEqual([await listed(""), await listed("?include_revoked=true")], [false, true]);
});

test("one the ledger suspended says so and why", async () => {
  const { id } = await world.mintOne();
  await world.one.arrange((sql) =>
    sql.query("update virtual_keys set suspended_at = now(), suspended_reason = 'overrun' where id = $1", [id]),
  );
  const { status, suspended_reason } = (await world.call("GET", `${KEYS}/${id}`)).body;
  assert.deepEqual([status, suspended_reason], ["suspended", "overrun"]);
});
