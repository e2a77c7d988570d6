import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { before, describe, test } from "node:test";
import OpenAI from "openai";
import { askDatabase } from "../../src/database.ts";
import { declaredRoutes } from "../../src/declared-routes.ts";
import type { Machine } from "../../src/machine.ts";
import { manage, managed, operatorToken } from "../../src/management.ts";
import { accept, joinAs, type Member } from "../../src/people.ts";
import { poll } from "../../src/poll.ts";
import { addOrganisation } from "../../src/second-organisation.ts";
import { sharedMachine } from "../../src/shared-machine.ts";

/** What one organisation, or one member, has: everything in it is named with `mark`. */
interface Belongings {
  readonly mark: string;
  readonly token: string;
  readonly secret: string;
  readonly virtualKey: { readonly id: string; readonly key: string };
  readonly apiToken: string;
  readonly invitation: string;
  readonly member: string;
  readonly event: string;
}

let machine: Machine;
let owner: string;
let orgOne: string;
let orgTwo: string;
let one: Belongings;
let two: Belongings;
let zoe: Member;
let alice: Member;
let bob: Member;
let keyOf: Record<"alice" | "bob", { id: string; key: string }>;
let eventsOf: Record<"alice" | "bob", string>;

describe("isolation", () => {
  before(async () => {
    machine = await sharedMachine();
    owner = await operatorToken(machine);
    const me = await managed<{ organisation_id: string }>(200, machine, { token: owner }, "GET", "/api/v1/me");
    orgOne = me.organisation_id;
    const added = await addOrganisation(machine, "Difference Engines", "zoe@example.test");
    orgTwo = added.orgId;
    zoe = await accept(machine, added.invitation, "zoe@example.test");
    [one, two] = await Promise.all([furnish(owner), furnish(zoe.apiToken)]);
    alice = await joinAs(machine, { by: owner, role: "developer" });
    bob = await joinAs(machine, { by: owner, role: "developer" });
    keyOf = { alice: await mint(alice.apiToken, "alice"), bob: await mint(bob.apiToken, "bob") };
    eventsOf = { alice: await callAndRefuse(keyOf.alice), bob: await callAndRefuse(keyOf.bob) };
  });
  async function mint(token: string, name: string): Promise<{ id: string; key: string }> {
    const body = { name, mode: "test", allowed_models: ["gpt-4o-mini"] };
    return managed(201, machine, { token }, "POST", "/api/v1/virtual-keys", { body });
  }

  const client = (key: string): OpenAI =>
    new OpenAI({ apiKey: key, baseURL: `${machine.gateway}/openai/v1`, maxRetries: 0 });

  /** One call that is served and one that is refused; the id of the first. */
  async function callAndRefuse({ key }: { key: string }): Promise<string> {
    const ask = (model: string) =>
      client(key).chat.completions.create({ model, messages: [{ role: "user", content: "x sandbox:tokens=5" }] });
    const { response } = await ask("gpt-4o-mini").withResponse();
    await assert.rejects(ask("gpt-4o"));
    return response.headers.get("x-request-id") ?? "";
  }

  /** One of everything an organisation can have. */
  async function furnish(token: string): Promise<Belongings> {
    const mark = `mark-${randomBytes(6).toString("hex")}`;
    const post = <Body>(path: string, body: unknown): Promise<Body> =>
      managed<Body>(201, machine, { token }, "POST", path, { body });
    const secret = await post<{ id: string }>("/api/v1/provider-secrets", {
      provider: "openai",
      name: mark,
      secret: `sk-${randomBytes(20).toString("hex")}`,
      sandbox: true,
    });
    const virtualKey = await mint(token, mark);
    const apiToken = await post<{ id: string }>("/api/v1/api-tokens", { name: mark });
    const email = `${mark}@example.test`;
    const invitation = await post<{ id: string }>("/api/v1/members", { email, name: mark, role: "viewer" });
    const { member_id } = await managed<{ member_id: string }>(200, machine, { token }, "GET", "/api/v1/me");
    const own = `/api/v1/budgets/members/${member_id}`;
    await managed(200, machine, { token }, "PUT", own, { body: { limit_usd: "1000" } });
    await post("/api/v1/model-prices", {
      provider: "openai",
      model: mark,
      prices: { input_usd_per_million: "1", output_usd_per_million: "2" },
    });
    const event = await callAndRefuse(virtualKey);
    const usage = { input: 10, output: 1 };
    await post("/api/v1/usage", { provider: "openai", model: mark, request_id: mark, usage });
    const ids = { secret: secret.id, apiToken: apiToken.id, invitation: invitation.id, member: member_id };
    return { mark, token, virtualKey, event, ...ids };
  }

  /** Each list, and whether the owner's own mark is in it: else the answer proves nothing. */
  const LISTS: Readonly<Record<string, { readonly path: string; readonly marked: boolean }>> = {
    "GET /api/v1/audit-log/entries": { path: "/api/v1/audit-log/entries?limit=200", marked: true },
    "GET /api/v1/audit-log/head": { path: "/api/v1/audit-log/head", marked: false },
    "GET /api/v1/audit-log/verify": { path: "/api/v1/audit-log/verify", marked: false },
    "GET /api/v1/budgets": { path: "/api/v1/budgets", marked: false },
    "GET /api/v1/me": { path: "/api/v1/me", marked: false },
    "GET /api/v1/members": { path: "/api/v1/members", marked: true },
    "GET /api/v1/api-tokens": { path: "/api/v1/api-tokens?include_revoked=true", marked: true },
    "GET /api/v1/model-prices": { path: "/api/v1/model-prices", marked: true },
    "GET /api/v1/provider-secrets": { path: "/api/v1/provider-secrets?include_revoked=true", marked: true },
    "GET /api/v1/usage/events": { path: "/api/v1/usage/events?limit=200", marked: true },
    "GET /api/v1/usage/refusals": { path: "/api/v1/usage/refusals?limit=200", marked: false },
    "GET /api/v1/usage/summary": { path: "/api/v1/usage/summary?by=model", marked: true },
    "GET /api/v1/virtual-keys": { path: "/api/v1/virtual-keys?include_revoked=true", marked: true },
  };

  /** Each route of one item, and the item another organisation would ask it for. */
  const ITEMS: Readonly<Record<string, { readonly of: (theirs: Belongings) => string; readonly body?: unknown }>> = {
    "PATCH /api/v1/members/:id": { of: ({ member }) => member, body: { role: "viewer" } },
    "DELETE /api/v1/members/:id": { of: ({ member }) => member },
    "PUT /api/v1/budgets/members/:id": { of: ({ member }) => member, body: { limit_usd: "1" } },
    "DELETE /api/v1/budgets/members/:id": { of: ({ member }) => member },
    "DELETE /api/v1/invitations/:id": { of: ({ invitation }) => invitation },
    "DELETE /api/v1/api-tokens/:id": { of: ({ apiToken }) => apiToken },
    "GET /api/v1/provider-secrets/:id": { of: ({ secret }) => secret },
    "DELETE /api/v1/provider-secrets/:id": { of: ({ secret }) => secret },
    "POST /api/v1/provider-secrets/:id/versions": { of: ({ secret }) => secret, body: { secret: "x".repeat(20) } },
    "GET /api/v1/virtual-keys/:id": { of: ({ virtualKey }) => virtualKey.id },
    "PATCH /api/v1/virtual-keys/:id": { of: ({ virtualKey }) => virtualKey.id, body: { limit_usd: "1" } },
    "DELETE /api/v1/virtual-keys/:id": { of: ({ virtualKey }) => virtualKey.id },
  };

  /** Routes that make something for whoever asks, or have no organisation: no row of another can be asked of them. */
  const MAKING = [
    "DELETE /api/v1/budgets/organisation",
    "GET /api/v1/setup",
    "POST /api/v1/api-tokens",
    "POST /api/v1/invitations/accept",
    "POST /api/v1/invitations/join",
    "POST /api/v1/members",
    "POST /api/v1/model-prices",
    "POST /api/v1/provider-secrets",
    "POST /api/v1/setup",
    "POST /api/v1/token-count",
    "POST /api/v1/usage",
    "POST /api/v1/virtual-keys",
    "PUT /api/v1/budgets/organisation",
  ];

  /** Everything that tells whose an answer is. */
  const tracesOf = (belongings: Belongings, orgId: string): string[] => [
    belongings.mark,
    belongings.secret,
    belongings.virtualKey.id,
    belongings.apiToken,
    belongings.invitation,
    belongings.member,
    belongings.event,
    orgId,
  ];

  test("every declared route is asked here, or makes things only for whoever asks", () => {
    assert.deepEqual(declaredRoutes(), [...Object.keys(LISTS), ...Object.keys(ITEMS), ...MAKING].sort());
  });

  test("no list of one organisation shows anything of the other", async () => {
    await poll("both calls in the usage", async () => {
      for (const { token, event } of [one, two]) {
        const page = await manage(machine, { token }, "GET", "/api/v1/usage/events");
        if (!page.text.includes(event)) return null;
      }
      return true;
    });
    const pairs = [
      { mine: one, theirs: two, orgId: orgTwo },
      { mine: two, theirs: one, orgId: orgOne },
    ];
    for (const { mine, theirs, orgId } of pairs) {
      for (const [name, { path, marked }] of Object.entries(LISTS)) {
        const answer = await manage(machine, { token: mine.token }, "GET", path);
        assert.equal(answer.status, 200, `${name}: ${answer.text}`);
        if (marked) assert.ok(answer.text.includes(mine.mark), `${name} does not even show one's own`);
        for (const trace of tracesOf(theirs, orgId)) assert.ok(!answer.text.includes(trace), `${name} shows another's`);
      }
    }
  });

  test("usage and spend of one organisation are counted for nobody else", async () => {
    for (const { token } of [one, two]) {
      const path = "/api/v1/usage/summary?by=virtual_key&simulated=true";
      const { total, groups } = await managed<{ total: { requests: number }; groups: unknown[] }>(
        200,
        machine,
        { token },
        "GET",
        path,
      );
      // The one call of each organisation's own key; in the first, Alice's and Bob's as well.
      assert.deepEqual([total.requests, groups.length], token === owner ? [3, 3] : [1, 1]);
    }
  });

  test("no item of another organisation can be read, changed or ended, and naming that organisation is refused", async () => {
    const pairs = [
      { mine: one, theirs: two, orgId: orgTwo },
      { mine: two, theirs: one, orgId: orgOne },
    ];
    const rows = async () =>
      JSON.stringify([
        await askDatabase(machine, "select * from meterr.members order by id"),
        await askDatabase(machine, "select * from meterr.invitations order by id"),
        await askDatabase(machine, "select * from meterr.api_tokens order by id"),
        await askDatabase(
          machine,
          "select id, revoked_at, current_version, hint from meterr.provider_secrets order by id",
        ),
        await askDatabase(machine, "select * from meterr.virtual_keys order by id"),
        await askDatabase(machine, "select id, scope_id, limit_nanousd from meterr.budgets order by id"),
      ]);
    const before = await rows();
    for (const { mine, theirs, orgId } of pairs) {
      for (const [name, { of, body }] of Object.entries(ITEMS)) {
        const [method = "", pattern = ""] = name.split(" ");
        const path = pattern.replace(":id", of(theirs));
        const plain = await manage(machine, { token: mine.token }, method, path, { body });
        assert.deepEqual([plain.status, plain.body["code"]], [404, "not_found"], `${name}: ${plain.text}`);
        const headers = { "x-tenant-id": orgId };
        const named = await manage(machine, { token: mine.token }, method, path, { body, headers });
        assert.deepEqual([named.status, named.body["code"]], [403, "tenant_forbidden"], `${name}: ${named.text}`);
      }
    }
    assert.equal(await rows(), before);
  });

  test("no virtual key is minted on another organisation's provider secret, or for its member", async () => {
    const mintWith = (body: object) =>
      manage(machine, { token: two.token }, "POST", "/api/v1/virtual-keys", {
        body: { name: "x", mode: "test", ...body },
      });
    const secret = await mintWith({ provider_secret_ids: { openai: one.secret } });
    assert.deepEqual([secret.status, secret.body["code"]], [400, "provider_secret_unknown"]);
    assert.equal((await mintWith({ member_id: one.member })).status, 400);
    assert.equal((await mintWith({ provider_secret_ids: { openai: two.secret } })).status, 201, "control");
  });

  test("a developer sees their own virtual keys, calls, refusals and spend, and nothing of another developer", async () => {
    const mine = [
      {
        who: alice,
        key: keyOf.alice,
        event: eventsOf.alice,
        other: bob,
        otherKey: keyOf.bob,
        otherEvent: eventsOf.bob,
      },
      {
        who: bob,
        key: keyOf.bob,
        event: eventsOf.bob,
        other: alice,
        otherKey: keyOf.alice,
        otherEvent: eventsOf.alice,
      },
    ];
    for (const { who, key, event, other, otherKey, otherEvent } of mine) {
      for (const credential of [{ token: who.apiToken }, { token: who.jwt }, { cookie: who.cookie }]) {
        const get = (path: string) => manage(machine, credential, "GET", path);
        const keys = await get("/api/v1/virtual-keys?include_revoked=true");
        assert.ok(keys.text.includes(key.id) && !keys.text.includes(otherKey.id));
        const events = await poll("one's own call", async () => {
          const page = await get("/api/v1/usage/events");
          return page.text.includes(event) ? page : null;
        });
        assert.ok(!events.text.includes(otherEvent) && !events.text.includes(one.event));
        const refusals = await poll("one's own refusal", async () => {
          const page = await get("/api/v1/usage/refusals");
          return page.text.includes(key.id) ? page : null;
        });
        assert.ok(!refusals.text.includes(otherKey.id) && !refusals.text.includes(one.virtualKey.id));
        for (const by of ["provider", "model", "member", "virtual_key"]) {
          const summary = await get(`/api/v1/usage/summary?by=${by}&simulated=true`);
          assert.equal((summary.body as { total: { requests: number } }).total.requests, 1, summary.text);
          assert.ok(!summary.text.includes(other.id) && !summary.text.includes(otherKey.id));
        }
        for (const filter of [`member_id=${other.id}`, `virtual_key_id=${otherKey.id}`]) {
          const asked = await get(`/api/v1/usage/events?${filter}`);
          assert.deepEqual(asked.body["items"], [], "asking for another's calls by name");
        }
        for (const method of ["GET", "DELETE"]) {
          const answer = await manage(machine, credential, method, `/api/v1/virtual-keys/${otherKey.id}`);
          assert.deepEqual([answer.status, answer.body["code"]], [404, "not_found"], method);
        }
        const body = { name: "for another", mode: "test", member_id: other.id };
        assert.equal((await manage(machine, credential, "POST", "/api/v1/virtual-keys", { body })).status, 403);
        for (const path of ["/api/v1/api-tokens", "/api/v1/audit-log/entries", "/api/v1/model-prices"]) {
          assert.equal((await get(path)).status, 403, path);
        }
      }
    }
    const all = await manage(machine, { token: owner }, "GET", "/api/v1/usage/events?limit=200");
    assert.ok(all.text.includes(eventsOf.alice) && all.text.includes(eventsOf.bob), "control: the owner sees both");
  });

  test("with a member go their virtual key, running stream, API token, session and JWT, all within a second", async () => {
    const leaving = await joinAs(machine, { by: owner, role: "developer" });
    const { key } = await mint(leaving.apiToken, "leaving");
    const credentials = [{ token: leaving.apiToken }, { token: leaving.jwt }, { cookie: leaving.cookie }];
    for (const credential of credentials) {
      assert.equal((await manage(machine, credential, "GET", "/api/v1/virtual-keys")).status, 200, "control");
    }
    const call = () =>
      client(key).chat.completions.create({ model: "gpt-4o-mini", messages: [{ role: "user", content: "hello" }] });
    await call();
    const { data: stream, response } = await client(key)
      .chat.completions.create({
        model: "gpt-4o-mini",
        messages: [{ role: "user", content: "Go on. sandbox:slow=100 sandbox:chunks=200 sandbox:tokens=400" }],
        stream: true,
      })
      .withResponse();
    let chunks = 0;
    let started: (() => void) | undefined;
    const first = new Promise<void>((resolve) => (started = resolve));
    const reading = (async () => {
      for await (const chunk of stream) {
        if (chunk.choices[0]?.delta.content) chunks += 1;
        started?.();
      }
    })();
    reading.catch(() => undefined);
    await first;

    await managed(204, machine, { token: owner }, "DELETE", `/api/v1/members/${leaving.id}`);
    for (const credential of credentials) {
      for (const path of ["/api/v1/virtual-keys", "/api/v1/usage/events", "/api/v1/members"]) {
        const { status } = await manage(machine, credential, "GET", path);
        assert.ok(status === 401 || status === 403, `${path} answered ${status}`);
      }
    }
    const refused = async (): Promise<true | null> =>
      call().then(
        () => null,
        (error: unknown) => {
          assert.ok(error instanceof OpenAI.APIError && error.status === 401, String(error));
          return true;
        },
      );
    await poll("the virtual key to be refused", refused, 1_000);
    await Promise.allSettled([reading]);
    assert.ok(chunks < 200, "the running stream went on to its end");
    const id = response.headers.get("x-request-id") ?? "";
    await poll("the stream to be settled", async () => {
      const page = await manage(machine, { token: owner }, "GET", "/api/v1/usage/events?limit=200");
      return page.text.includes(id) ? true : null;
    });
    // Others' work goes on.
    assert.equal((await manage(machine, { token: alice.apiToken }, "GET", "/api/v1/virtual-keys")).status, 200);
  });
});
