import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { maskSecret } from "@meterr/vault";
import { PROVIDER_CALL } from "../src/index.ts";
import { OWN, nameForTest, openWorld, secretForTest, SECRETS, type World } from "./support/world.ts";

let world: World;
before(async () => void (world = await openWorld()));
after(() => world.close());

const seal = async (secret: string, more: Record<string, unknown> = {}) =>
  world.sealOne({ org: world.one, role: "admin" }, { secret, ...more });

test("what is sealed opens under exactly the binding of its row", async () => {
  const secret = secretForTest();
  const { id } = await seal(secret);
  const [row, more] = await world.versions(world.one, id);
  assert.ok(row !== undefined && more === undefined);
  const expected = {
    org: world.one.orgId,
    id,
    version: 1,
    provider: "openai",
    destination: OWN,
    purpose: PROVIDER_CALL,
  };
  const opened = await world.keyring.open({ sealed: row.sealed, expected });
  assert.equal(opened.secret.reveal(), secret);
  assert.deepEqual({ ...opened.binding }, expected);
  for (const changed of [
    { org: world.two.orgId },
    { id: world.one.members.owner.id },
    { version: 2 },
    { provider: "google" },
    { destination: "https://elsewhere.example.test" },
    { purpose: "export" },
  ]) {
    await assert.rejects(world.keyring.open({ sealed: row.sealed, expected: { ...expected, ...changed } }), {
      code: "open_failed",
    });
  }
});

test("an item shows the masked form and nothing more of the secret", async () => {
  const secret = secretForTest();
  const { id } = await seal(secret, { provider: "anthropic", base_url: "https://proxy.example.test/v1" });
  const { body } = await world.call("GET", `${SECRETS}/${id}`);
  assert.deepEqual(Object.keys(body).sort(), FIELDS);
  assert.equal(body.hint, maskSecret(secret));
  assert.deepEqual(
    [body.provider, body.destination, body.version, body.status, body.simulated, body.created_by],
    ["anthropic", "https://proxy.example.test/v1", 1, "unverified", false, world.one.members.admin.id],
  );
});
const FIELDS =
  "checked_at created_at created_by destination hint id name provider revoked_at simulated status status_detail version".split(
    " ",
  );

test("a short secret shows nothing of itself", async () => {
  const { id } = await seal("sk-short-one");
  assert.equal((await world.call("GET", `${SECRETS}/${id}`)).body.hint, "****");
});

test("a sandbox secret is bound to the sandbox by name, and takes no address", async () => {
  const { id } = await seal(secretForTest(), { sandbox: true });
  const { body } = await world.call("GET", `${SECRETS}/${id}`);
  assert.deepEqual([body.destination, body.simulated], ["sandbox:openai", true]);
});

test("a destination beyond the operator's list is refused and nothing is kept", async () => {
  for (const more of [
    { base_url: "https://elsewhere.example.test" },
    { base_url: "http://169.254.169.254/latest" },
    { sandbox: true, base_url: "https://proxy.example.test/v1" },
  ]) {
    const kept = await world.dump();
    const body = { provider: "openai", name: nameForTest(), secret: secretForTest(), ...more };
    const answer = await world.call("POST", SECRETS, { body });
    assert.deepEqual([answer.status, answer.body.code], [400, "destination_refused"]);
    assert.equal(await world.dump(), kept);
  }
});

test("rotation raises the version, and only the new version opens as the current one", async () => {
  const [first, second] = [secretForTest(), secretForTest()];
  const { id } = await seal(first);
  const before = await epoch();
  const rotated = await world.call("POST", `${SECRETS}/${id}/versions`, { body: { secret: second } });
  assert.deepEqual([rotated.status, rotated.body.version, rotated.body.hint], [201, 2, maskSecret(second)]);
  assert.equal(rotated.body.status, "unverified", "a new secret has not been tried");
  assert.equal(await epoch(), before + 1n, "gateways hear of it");
  assert.deepEqual(world.audits.at(-1)?.details, { version: 2 });

  const rows = await world.versions(world.one, id);
  const current = await world.one.arrange((sql) =>
    sql.query<{ current_version: number }>("select current_version from provider_secrets where id = $1", [id]),
  );
  assert.equal(current.rows[0]?.current_version, 2);
  const expected = { org: world.one.orgId, id, version: 2 };
  const [old, now] = [rows.find(({ version }) => version === 1), rows.find(({ version }) => version === 2)];
  assert.ok(old !== undefined && now !== undefined);
  assert.equal((await world.keyring.open({ sealed: now.sealed, expected })).secret.reveal(), second);
  await assert.rejects(world.keyring.open({ sealed: old.sealed, expected }), { code: "open_failed" });
});

test("of rotations at one moment each raises the version by one or is told to look again", async () => {
  const { id } = await seal(secretForTest());
  const answers = await Promise.all(
    Array.from({ length: 5 }, () =>
      world.call("POST", `${SECRETS}/${id}/versions`, { body: { secret: secretForTest() } }),
    ),
  );
  const won = answers.filter(({ status }) => status === 201).length;
  assert.ok(won >= 1);
  for (const { status } of answers) assert.ok(status === 201 || status === 409, String(status));
  const rows = await world.versions(world.one, id);
  assert.deepEqual(
    rows.map(({ version }) => version),
    Array.from({ length: won + 1 }, (_, at) => at + 1),
  );
});

test("revocation destroys what is sealed, is noted for every gateway, and happens once", async () => {
  const { id } = await seal(secretForTest());
  await world.call("POST", `${SECRETS}/${id}/versions`, { body: { secret: secretForTest() } });
  assert.equal((await world.versions(world.one, id)).length, 2);
  const before = await epoch();
  assert.equal((await world.call("DELETE", `${SECRETS}/${id}`)).status, 204);
  assert.deepEqual(await world.versions(world.one, id), []);
  assert.equal(await epoch(), before + 1n);
  const noted = await world.db.pools.gateway.query("select * from revocations_since($1)", [before.toString()]);
  assert.deepEqual(noted.rows, [
    { epoch: (before + 1n).toString(), org_id: world.one.orgId, kind: "provider_secret", subject_id: id },
  ]);
  assert.deepEqual([world.audits.at(-1)?.action, world.audits.at(-1)?.subject.id], ["provider_secret.revoked", id]);

  assert.equal((await world.call("DELETE", `${SECRETS}/${id}`)).status, 404);
  const rotate = await world.call("POST", `${SECRETS}/${id}/versions`, { body: { secret: secretForTest() } });
  assert.equal(rotate.status, 404, "what is revoked is not rotated back to life");
  assert.equal(await epoch(), before + 1n);
  assert.equal((await world.call("GET", `${SECRETS}/${id}`)).body.status, "revoked");
  const listed = async (query: string): Promise<boolean> =>
    (await world.call("GET", `${SECRETS}${query}`)).body.items.some((item: { id: string }) => item.id === id);
  assert.deepEqual([await listed(""), await listed("?include_revoked=true")], [false, true]);
});

async function epoch(): Promise<bigint> {
  const { rows } = await world.db.pools.gateway.query<{ epoch: string }>("select current_revocation_epoch() as epoch");
  return BigInt(rows[0]?.epoch ?? "-1");
}
