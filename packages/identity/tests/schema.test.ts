import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { getMigrations } from "better-auth/db/migration";
import { jwtTerms } from "../src/authenticators/jwt-terms.ts";
import { libraryOptions } from "../src/library/library-options.ts";
import { fixture, ORIGIN, type Fixture } from "./support/fixture.ts";

let it: Fixture;
before(async () => {
  it = await fixture();
});
after(() => it.database.close());

test("the library finds its schema complete and would change nothing", async () => {
  const options = libraryOptions({
    origin: ORIGIN,
    secret: it.secret,
    cookiePrefix: "meterr",
    secureCookies: false,
    trustedOrigins: [],
    jwtTerms: jwtTerms(ORIGIN),
    passwords: null,
    allowSignUp: false,
    mail: null,
    onPasswordReset: async () => undefined,
    onFailure: () => undefined,
  });
  const { toBeCreated, toBeAdded, compileMigrations } = await getMigrations({
    ...options,
    database: it.database.pools.identity,
  });
  assert.deepEqual(
    toBeCreated.map(({ table }) => table),
    [],
  );
  assert.deepEqual(
    toBeAdded.map(({ table }) => table),
    [],
  );
  assert.equal((await compileMigrations()).replace(/[;\s]/g, ""), "");
});

test("creating an identity makes no connection and changes no schema", async () => {
  const tables = async () =>
    (
      await it.database.pools.admin.query(
        `select schemaname, tablename from pg_tables where schemaname in ('auth', 'public') order by 1, 2`,
      )
    ).rows;
  const before = await tables();
  await it.again({});
  assert.deepEqual(await tables(), before);
});
