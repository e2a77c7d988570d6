import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, test } from "node:test";
import { inspect } from "node:util";
import { testDatabase, type OrganisationFixture } from "@meterr/database/testing";
import { mount, parseStrictJson } from "@meterr/runtime";
import { fakeHost, spoilDelivery, SPOILT_DELIVERIES, type SpoiltDelivery } from "@meterr/runtime/testing";
import fc from "fast-check";
import { createGithubSecretScanning, type RevokeLeaked } from "../src/index.ts";
import { alertOf, hashOf, newSigner, newToken } from "./support/github-for-test.ts";

// Random alerts, signatures and bodies, against the real database of a host with two organisations: only what GitHub
// signed has an effect, on the tokens it names and on no other organisation's, and no token reaches an answer or a log.

const database = await testDatabase();
after(() => database.close());
const [one, two] = [await database.createOrganisation("One"), await database.createOrganisation("Two")];
const canary = `canary-${randomBytes(9).toString("hex")}`;
const [mine, theirs] = [newToken(), newToken()];
const logs: string[] = [];

async function mint({ orgId, members }: OrganisationFixture, token: string, name: string): Promise<void> {
  await database.pools.admin.query(
    "insert into meterr.api_tokens (org_id, id, member_id, name, hash, display) values ($1, $2, $3, $4, $5, 'mtr_api_test')",
    [orgId, crypto.randomUUID(), members.owner.id, name, Buffer.from(hashOf(token), "hex")],
  );
}
await mint(one, mine, "mine");
await mint(two, theirs, canary);

/** A host's own: by the hash alone, whosever it is. */
const revoke: RevokeLeaked = async ({ tokenHash }) => {
  const { rows } = await database.pools.admin.query<{ was: Date | null }>(
    `with found as (select id, revoked_at from meterr.api_tokens where hash = $1)
     update meterr.api_tokens t set revoked_at = coalesce(t.revoked_at, now()) from found where t.id = found.id
     returning found.revoked_at as was`,
    [Buffer.from(tokenHash, "hex")],
  );
  return rows[0] === undefined ? "unknown" : rows[0].was === null ? "revoked" : "known";
};

async function revoked(token: string): Promise<boolean> {
  const { rows } = await database.pools.admin.query<{ revoked: boolean }>(
    "select revoked_at is not null as revoked from meterr.api_tokens where hash = $1",
    [Buffer.from(hashOf(token), "hex")],
  );
  return rows[0]?.revoked === true;
}
const restore = (): Promise<unknown> => database.pools.admin.query("update meterr.api_tokens set revoked_at = null");

const github = newSigner();
const stranger = newSigner();
const { routes } = createGithubSecretScanning({
  host: {
    ...fakeHost(),
    report: (failure) => void logs.push(inspect(failure, { depth: 9 })),
    onEvent: (event) => void logs.push(JSON.stringify(event)),
  },
  revoke,
  fetch: async () => github.list(),
});
const mounted = mount(routes);

/** Three in four are in order, so that an alert often fails by one thing alone. */
const mostly = <Value>(good: Value, bad: readonly Value[]): fc.Arbitrary<Value> =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(good) }, fc.constantFrom(...bad));

const matches = fc.array(
  fc.record({
    token: fc.constantFrom(mine, mine, newToken(), `${mine}x`, mine.slice(0, -1), hashOf(mine), hashOf(theirs)),
    type: mostly<unknown>("acme_api_token", ["x", "", 7, null]),
    url: fc.oneof(fc.webUrl(), fc.string(), fc.constant(null)),
    org_id: fc.constantFrom(one.orgId, two.orgId),
  }),
  { minLength: 1, maxLength: 3 },
);

test("of random alerts, exactly those that GitHub signed have an effect, and on the tokens they name alone", async () => {
  let [taken, refused, hit] = [0, 0, 0];
  const alerts = fc.record({
    signer: mostly(github, [stranger, { ...stranger, identifier: github.identifier }]),
    spoilt: mostly<SpoiltDelivery | null>(null, SPOILT_DELIVERIES),
    tenant: mostly<string | null>(null, [one.orgId, two.orgId, "' or true --"]),
    query: mostly("", ["?org_id=x", "?access_token=x"]),
    body: fc.oneof({ weight: 4, arbitrary: matches }, fc.array(fc.jsonValue()), fc.object()),
    again: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(alerts, async ({ signer, spoilt, tenant, query, body, again }) => {
      await restore();
      const made = new Request(`${alertOf(signer, body).url}${query}`, alertOf(signer, body));
      if (tenant !== null) made.headers.set("x-tenant-id", tenant);
      const request = spoilt === null ? made : await spoilDelivery(made, spoilt, "github-public-key-signature");
      const isSigned = spoilt === null && signer === github;
      const repeated = request.clone();
      const response = await mounted(request);
      const text = await response.text();
      const at = `${JSON.stringify({ spoilt, tenant, query, body })} answered ${response.status}`;
      assert.ok(response.status < 500, at);
      assert.equal(response.status < 400, isSigned && query === "" && isAlert(body), at);
      assert.equal(response.status === 401, !isSigned || query === "?access_token=x", at);
      if (response.status < 400) {
        const named = (body as { token: string }[]).some(({ token }) => token === mine);
        assert.equal(await revoked(mine), named, at);
        hit += named ? 1 : 0;
        taken += 1;
        if (again) assert.deepEqual(await (await mounted(repeated)).json(), JSON.parse(text), at);
      } else {
        assert.equal(await revoked(mine), false, at);
        refused += 1;
      }
      // The hash of a token is no token: whoever knows it alone revokes nothing.
      assert.equal(await revoked(theirs), false, at);
      for (const secret of [canary, mine, theirs]) assert.equal(text.includes(secret), false, at);
    }),
    { numRuns: 150, endOnFailure: true },
  );
  assert.ok(taken > 5 && hit > 2 && refused > 40, `${taken} taken, ${hit} of a token, ${refused} refused`);
});

function isAlert(body: unknown): boolean {
  try {
    if (parseStrictJson(JSON.stringify(body)) === undefined) return false;
  } catch {
    return false;
  }
  return (
    Array.isArray(body) &&
    body.length > 0 &&
    body.every(
      (match: unknown) =>
        typeof match === "object" &&
        match !== null &&
        ["token", "type"].every((name) => {
          const value: unknown = Object.hasOwn(match, name) ? (match as Record<string, unknown>)[name] : undefined;
          return typeof value === "string" && value !== "";
        }),
    )
  );
}

test("no log holds a token or the other organisation's canary, and GitHub's alert about it does revoke it", async () => {
  assert.ok(logs.length > 100);
  for (const secret of [canary, mine, theirs]) assert.equal(logs.join("\n").includes(secret), false);
  assert.equal((await mounted(alertOf(github, [{ token: theirs, type: "acme_api_token" }]))).status, 200);
  assert.deepEqual([await revoked(theirs), logs.join("\n").includes(theirs)], [true, false]);
});
