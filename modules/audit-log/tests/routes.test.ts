import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, test } from "node:test";
import { mount } from "@meterr/runtime";
import { assertKeyPromises, faultyHost } from "@meterr/runtime/testing";
import { createAuditLog, type SignHead } from "../src/index.ts";
import { append, auditDatabase, hostFor, peopleOf, readers, tamper } from "./support/world.ts";

const database = await auditDatabase();
after(() => database.close());
const north = await database.createOrganisation("North");
const south = await database.createOrganisation("South");
for (let n = 1; n <= 5; n++)
  await append(database.pools.dashboard, north.orgId, n === 3 ? { action: "member.removed" } : {});
await append(database.pools.dashboard, south.orgId);

/** Signs by remembering: what the key service does with a key and a file. */
const signedHeads = new Map<string, { seq: bigint; hash: string; time: Date }>();
const last = new Map<string, string>();
const signHead: SignHead = async (orgId) => {
  const { rows } = await database.pools.gateway.query<{ seq: string; hash: Buffer }>(
    "select * from meterr.audit_log_head($1)",
    [orgId],
  );
  const end = rows[0];
  if (end !== undefined && !last.has(orgId)) {
    const signed = randomUUID();
    signedHeads.set(signed, { seq: BigInt(end.seq), hash: end.hash.toString("hex"), time: new Date() });
    last.set(orgId, signed);
  }
  const signed = last.get(orgId);
  return signed === undefined ? null : { signed };
};

const host = faultyHost(hostFor(database.pools.dashboard));
const auth = peopleOf(north, south);
const verifyHead = async (_orgId: string, signed: string) => {
  const head = signedHeads.get(signed);
  if (head === undefined) throw new Error("not signed here");
  return head;
};
const parts = { host, auth, authorize: readers, signHead, verifyHead };
const routes = mount(createAuditLog(parts).routes);

// oxlint-disable-next-line typescript/no-explicit-any -- answers are read freely in tests
type Json = any;
async function get(path: string, who = "owner of North", on = routes): Promise<{ status: number; body: Json }> {
  const response = await on(new Request(`https://site.test${path}`, { headers: { "x-test-credential": who } }));
  return { status: response.status, body: await response.json() };
}

test("every route keeps the promises", async () => {
  await assertKeyPromises(routes, {
    host,
    request: ({ path }) =>
      new Request(`https://site.test${path}`, { headers: { "x-test-credential": "owner of North" } }),
    breakIdentity: (broken) => void (auth.broken = broken),
  });
});

for (const { definition } of routes.routes) {
  for (const [role, status] of [
    ["owner", 200],
    ["admin", 200],
    ["developer", 403],
    ["viewer", 403],
  ] as const) {
    test(`${definition.path} answers ${role} with ${status}`, async () => {
      assert.equal((await get(definition.path, `${role} of North`)).status, status);
      assert.equal(definition.permission, "audit_log.read");
    });
  }
}

test("entries are read newest first in pages that neither lose nor repeat one", async () => {
  const seen: string[] = [];
  for (let cursor: string | null = ""; cursor !== null;) {
    const { body }: { body: Json } = await get(`/api/v1/audit-log/entries?limit=2${cursor && `&cursor=${cursor}`}`);
    seen.push(...body.items.map((item: Json) => item.sequence));
    cursor = body.next_cursor;
  }
  assert.deepEqual(seen, ["5", "4", "3", "2", "1"]);
});

test("an entry says who did what to what, from where and in which request", async () => {
  const [item] = (await get("/api/v1/audit-log/entries?limit=1")).body.items;
  assert.deepEqual(Object.keys(item).toSorted(), [
    "action",
    "actor",
    "address",
    "at",
    "details",
    "hash",
    "id",
    "prev_hash",
    "request_id",
    "sequence",
    "subject",
  ]);
  assert.deepEqual(
    [item.action, item.actor.label, item.subject.type, item.address],
    ["virtual_key.minted", "Ann", "virtual_key", "2001:db8::1"],
  );
  assert.match(item.hash, /^[0-9a-f]{64}$/);
});

test("each filter narrows the entries", async () => {
  const { items } = (await get("/api/v1/audit-log/entries")).body;
  const third = items.find((item: Json) => item.sequence === "3");
  const counted = async (query: string): Promise<string[]> =>
    (await get(`/api/v1/audit-log/entries?${query}`)).body.items.map((item: Json) => item.sequence);
  assert.deepEqual(await counted("action=member.removed"), ["3"]);
  assert.deepEqual(await counted(`actor=${third.actor.id}`), ["3"]);
  assert.deepEqual(await counted(`subject_type=virtual_key&subject=${third.subject.id}`), ["3"]);
  assert.deepEqual(await counted("since=2999-01-01T00:00:00Z"), []);
  assert.equal((await counted("until=2999-01-01T00:00:00Z")).length, 5);
});

for (const query of ["cursor=0", "cursor=x", "limit=0", "limit=201", "since=yesterday", "action=%25", "actor="]) {
  test(`the query ${query} is refused`, async () => {
    assert.equal((await get(`/api/v1/audit-log/entries?${query}`)).status, 400);
  });
}

test("each organisation reads its own log and nothing of the other's", async () => {
  const { body } = await get("/api/v1/audit-log/entries", "owner of South");
  assert.equal(body.items.length, 1);
  assert.equal((await get("/api/v1/audit-log/head", "owner of South")).body.entries, "1");
  assert.equal((await get("/api/v1/audit-log/verify", "admin of South")).body.entries_followed, "1");
});

test("the head tells how many entries there are, the last hash and what was signed outside", async () => {
  const { body } = await get("/api/v1/audit-log/head");
  assert.deepEqual(
    [body.entries, body.signed_head.sequence, body.signed_head.hash, body.refused],
    ["5", "5", body.last_hash, null],
  );
  assert.ok(signedHeads.has(body.signed_head.jws));
});

test("an organisation without entries has a head of nothing and an intact log", async () => {
  const empty = await database.createOrganisation("Empty");
  const on = mount(createAuditLog({ ...parts, auth: peopleOf(empty) }).routes);
  assert.deepEqual((await get("/api/v1/audit-log/head", "owner of Empty", on)).body, {
    entries: "0",
    last_hash: null,
    last_at: null,
    signed_head: null,
    refused: null,
  });
  assert.equal((await get("/api/v1/audit-log/verify", "owner of Empty", on)).body.intact, true);
});

test("without the signer neither head nor verification is answered, and the entries are", async () => {
  for (const broken of [
    { ...parts, signHead: async () => Promise.reject(new Error("down")) },
    { ...parts, verifyHead: async () => Promise.reject(new Error("not our signature")) },
  ]) {
    const on = mount(createAuditLog(broken).routes);
    for (const path of ["/api/v1/audit-log/head", "/api/v1/audit-log/verify"]) {
      const { status, body } = await get(path, "owner of North", on);
      assert.deepEqual([status, body.code], [503, "audit_head_unavailable"]);
    }
    assert.equal((await get("/api/v1/audit-log/entries", "owner of North", on)).status, 200);
  }
});

const TAMPERINGS: readonly [string, string, string, string][] = [
  [
    "an edited value",
    "update audit_log_entries set actor_label = 'Mallory' where org_id = $1 and seq = 2",
    "2",
    "edited",
  ],
  ["a deleted entry", "delete from audit_log_entries where org_id = $1 and seq = 3", "3", "missing"],
  ["a truncated log", "delete from audit_log_entries where org_id = $1 and seq > 3", "4", "truncated"],
  [
    "two entries that changed places",
    `update audit_log_entries set seq = 1000 - seq where org_id = $1 and seq in (2, 4);
     update audit_log_entries set seq = 1000 - case seq when 998 then 996 else 998 end where org_id = $1 and seq > 900`,
    "2",
    "reordered",
  ],
  [
    "a log rewritten to its end, hashes and all",
    `do $do$ declare e audit_log_entries; v bytea := decode(repeat('00', 32), 'hex'); begin
       for e in select * from audit_log_entries where org_id = $1 order by seq loop
         e.actor_label := 'Mallory'; e.prev_hash := v; v := audit_log_hash(e);
         update audit_log_entries set actor_label = e.actor_label, prev_hash = e.prev_hash, hash = v
         where org_id = e.org_id and seq = e.seq;
       end loop; end $do$`,
    "5",
    "recomputed",
  ],
];
for (const [what, change, sequence, problem] of TAMPERINGS) {
  test(`${what} is named by verify`, async () => {
    const victim = await database.createOrganisation("Victim");
    for (let n = 0; n < 5; n++) await append(database.pools.dashboard, victim.orgId);
    const on = mount(createAuditLog({ ...parts, auth: peopleOf(victim) }).routes);
    assert.equal((await get("/api/v1/audit-log/verify", "owner of Victim", on)).body.intact, true);
    for (const statement of change.startsWith("do ") ? [change] : change.split(";")) {
      await tamper(database, statement.replaceAll("$1", `'${victim.orgId}'`));
    }
    const { status, body } = await get("/api/v1/audit-log/verify", "owner of Victim", on);
    assert.equal(status, 200);
    assert.deepEqual([body.intact, body.first_bad.sequence, body.first_bad.problem], [false, sequence, problem]);
    assert.equal((await get("/api/v1/audit-log/verify", "owner of South")).body.intact, true);
  });
}
