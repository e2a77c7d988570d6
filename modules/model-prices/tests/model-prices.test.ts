import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, test } from "node:test";
import { mount } from "@meterr/runtime";
import { assertKeyPromises } from "@meterr/runtime/testing";
import { createModelPrices } from "../src/index.ts";
import { get, openWorld, post } from "./support/world.ts";

const PATH = "/api/v1/model-prices";
const { database, north, south, host, auth, audits } = await openWorld();
after(() => database.close());
const routes = mount(createModelPrices({ host, auth, newId: randomUUID }).routes);

type Json = Readonly<Record<string, unknown>>;
interface Answer {
  status: number;
  body: Json;
}
const answerOf = async (response: Response): Promise<Answer> => ({
  status: response.status,
  body: (await response.json()) as Json,
});
const list = async (query = "", who = "owner of North"): Promise<Answer> =>
  answerOf(await routes(get(`${PATH}${query}`, who)));
const set = async (body: unknown, who = "owner of North", headers = {}): Promise<Answer> =>
  answerOf(await routes(post(PATH, body, who, headers)));
const items = ({ body }: Answer): readonly Json[] => body["items"] as readonly Json[];

const price = (model: string, prices: Json = {}): Json => ({
  provider: "openai",
  model,
  prices: { input_usd_per_million: "2.50", output_usd_per_million: "10", ...prices },
});

test("every route keeps the promises", async () => {
  await assertKeyPromises(routes, {
    host,
    request: ({ method }) =>
      method === "GET" ? get(PATH, "owner of South") : post(PATH, price("promised"), "owner of South"),
    breakIdentity: (broken) => void (auth.broken = broken),
  });
});

const CELLS = { owner: [200, 201], admin: [200, 201], developer: [403, 403], viewer: [200, 403] } as const;
for (const [role, [reads, sets]] of Object.entries(CELLS)) {
  test(`${role} is answered ${reads} when reading and ${sets} when setting`, async () => {
    assert.equal((await list("", `${role} of North`)).status, reads);
    assert.equal((await set(price(`by-${role}`), `${role} of North`)).status, sets);
  });
}

test("a price is kept exactly, as a version, and is in force from then on", async () => {
  const given = {
    input_usd_per_million: "0.000000001",
    output_usd_per_million: "123456.789",
    cache_read_usd_per_million: "0",
  };
  const { status, body } = await set(price("exact", given));
  assert.equal(status, 201);
  assert.deepEqual(body["prices"], given);
  assert.deepEqual((await list("?provider=openai&model=exact")).body["in_force"], body);
  const { rows } = await database.pools.gateway.query<{ version: string; prices: unknown }>(
    "select * from meterr.organisation_price($1, 'openai', 'exact')",
    [north.orgId],
  );
  assert.deepEqual(rows, [
    { version: body["version"], prices: { input: "1", output: "123456789000000", cache_read: "0" } },
  ]);
});

test("a newer price replaces the one before and leaves it in place for the events that name it", async () => {
  const first = await set(price("twice"));
  const second = await set(price("twice", { input_usd_per_million: "3" }));
  const found = items(await list()).filter((item) => item["model"] === "twice");
  assert.deepEqual(
    found.map((item) => item["version"]),
    [second.body["version"]],
  );
  const kept = await north.arrange((sql) => sql.query("select version from organisation_prices where model = 'twice'"));
  assert.equal(kept.rows.length, 2);
  assert.notEqual(first.body["version"], second.body["version"]);
});

test("gateways are told by the revocation they already watch for, in the same transaction", async () => {
  const epoch = async (): Promise<string> =>
    (await database.pools.gateway.query<{ epoch: string }>("select meterr.current_revocation_epoch() as epoch")).rows[0]
      ?.epoch ?? "";
  const before = await epoch();
  await set(price("told"));
  const { rows } = await database.pools.gateway.query(
    "select org_id, kind, subject_id from meterr.revocations_since($1)",
    [before],
  );
  assert.deepEqual(rows, [{ org_id: north.orgId, kind: "policy", subject_id: north.orgId }]);
  const then = await epoch();
  host.faults.add("audit");
  try {
    assert.ok((await set(price("untold"))).status >= 500);
  } finally {
    host.faults.delete("audit");
  }
  assert.equal(await epoch(), then);
  assert.equal((await list("?provider=openai&model=untold")).body["in_force"], null);
});

test("setting a price is recorded with what was set", async () => {
  const { body } = await set(price("recorded"));
  const entry = audits.at(-1);
  assert.deepEqual(
    [entry?.action, entry?.subject, entry?.orgId],
    ["model_price.set", { type: "model", id: "openai/recorded" }, north.orgId],
  );
  assert.deepEqual(entry?.details, { version: body["version"], input: "2500000000", output: "10000000000" });
});

test("a repeated request with its Idempotency-Key sets the price once", async () => {
  const headers = { "idempotency-key": randomUUID() };
  const one = await set(price("once"), "owner of North", headers);
  const two = await set(price("once"), "owner of North", headers);
  assert.deepEqual(two, one);
  const kept = await north.arrange((sql) => sql.query("select from organisation_prices where model = 'once'"));
  assert.equal(kept.rows.length, 1);
});

test("one organisation neither sees nor pays another's price", async () => {
  await set(price("private"));
  assert.deepEqual(
    items(await list("", "owner of South")).filter((item) => item["model"] === "private"),
    [],
  );
  assert.equal((await list("?provider=openai&model=private", "owner of South")).body["in_force"], null);
  const named = await routes(
    new Request(get(PATH, "owner of South"), {
      headers: { "x-test-credential": "owner of South", "x-tenant-id": north.orgId },
    }),
  );
  assert.equal(named.status, 403);
  const rows = await south.arrange((sql) => sql.query("select from organisation_prices where model = 'private'"));
  assert.equal(rows.rows.length, 0);
});

test("without a price of its own a model resolves to the catalogue's, or to none", async () => {
  const { body } = await list("?provider=openai&model=gpt-4", "viewer of South");
  const inForce = body["in_force"] as Json;
  assert.deepEqual(inForce["prices"], { input_usd_per_million: "30", output_usd_per_million: "60" });
  assert.match(String(inForce["source"]), /^genai-prices /);
  assert.equal((await list("?provider=openai&model=no-such-model")).body["in_force"], null);
});

test("prices are read in pages that neither lose nor repeat one", async () => {
  const all = items(await list()).map((item) => item["version"]);
  const seen: unknown[] = [];
  for (let cursor: string | null = ""; cursor !== null;) {
    const page: Answer = await list(`?limit=2${cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`}`);
    seen.push(...items(page).map((item) => item["version"]));
    cursor = page.body["next_cursor"] as string | null;
  }
  assert.ok(all.length > 4);
  assert.deepEqual(seen, all);
});

const UNFIT: readonly [string, Json][] = [
  ["a number", price("m", { input_usd_per_million: 2.5 as unknown as string })],
  ["a sign", price("m", { input_usd_per_million: "-1" })],
  ["an exponent", price("m", { input_usd_per_million: "1e3" })],
  ["ten decimals", price("m", { input_usd_per_million: "0.0000000001" })],
  ["more than a million dollars", price("m", { input_usd_per_million: "1000000.000000001" })],
  ["an unknown bucket", price("m", { thinking_usd_per_million: "1" })],
  ["no output price", { provider: "openai", model: "m", prices: { input_usd_per_million: "1" } }],
  ["an unknown provider", { ...price("m"), provider: "aliens" }],
  ["a model with markup", price("<b>")],
  ["an organisation of the client's choice", { ...price("m"), org_id: randomUUID() }],
];
for (const [what, body] of UNFIT) {
  test(`a price with ${what} is refused`, async () => {
    assert.equal((await set(body)).status, 400);
  });
}

for (const query of ["?model=gpt-4", "?provider=x", "?limit=0", "?cursor=openai", "?cursor=x%20y"]) {
  test(`the query ${query} is refused`, async () => {
    assert.equal((await list(query)).status, 400);
  });
}
