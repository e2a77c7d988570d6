import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fixture, io, ORIGIN, person, type Fixture } from "./support/fixture.ts";
import { endOf, isLive } from "../src/session/session-life.ts";

const HOUR = 3600;
let it: Fixture;
before(async () => {
  it = await fixture();
});
after(() => it.database.close());

async function signedIn() {
  const { id, email, password } = await person(it.identity);
  const browser = it.browse();
  await browser.post("/sign-in/email", { email, password });
  const cookie = browser.cookieHeader();
  const asks = () =>
    it.identity.sessionAuthenticator.authenticate(new Request(ORIGIN, { headers: { cookie } }), io(it.now));
  return { id, browser, asks };
}

test("a session unused for twelve hours is ended, for us and for the library", async () => {
  const { asks, browser, id } = await signedIn();
  it.passes(12 * HOUR + 1);
  assert.equal(await asks(), null);
  assert.equal((await browser.get("/token")).status, 401);
  assert.equal(await (await browser.get("/get-session")).json(), null);
  assert.deepEqual(await it.identity.listSessionsOf(id), []);
});

test("use extends a session, through our routes and through the library's", async () => {
  const { asks, browser } = await signedIn();
  for (let i = 0; i < 3; i++) {
    it.passes(11 * HOUR);
    assert.notEqual(await asks(), null);
    it.passes(11 * HOUR);
    assert.equal((await browser.get("/token")).status, 200);
  }
});

test("a session ends after seven days however much it is used", async () => {
  const { asks } = await signedIn();
  for (let hours = 0; hours < 7 * 24 - 6; hours += 6) {
    it.passes(6 * HOUR);
    assert.notEqual(await asks(), null, `after ${hours + 6} hours`);
  }
  it.passes(6 * HOUR);
  assert.equal(await asks(), null);
});

test("an ended session stays ended though its row is touched at the same time", async () => {
  const { asks, id } = await signedIn();
  it.passes(HOUR);
  await it.identity.revokeSessionsOf(id);
  assert.equal(await asks(), null);
  const { rows } = await it.database.pools.admin.query(`select from auth.session where "userId" = $1`, [id]);
  assert.equal(rows.length, 0);
});

test("cleaning up removes ended sessions and leaves live ones", async () => {
  const old = await signedIn();
  it.passes(12 * HOUR + 1);
  const live = await signedIn();
  await it.identity.purge();
  const count = async (id: string): Promise<number | null> =>
    (await it.database.pools.admin.query(`select from auth.session where "userId" = $1`, [id])).rowCount;
  assert.equal(await count(old.id), 0);
  assert.equal(await count(live.id), 1);
  assert.notEqual(await live.asks(), null);
});

test("a session whose times cannot be read is dead", () => {
  const at = new Date(0);
  const times = { createdAt: at, updatedAt: at, expiresAt: new Date(Number.NaN) };
  assert.equal(isLive(times, at), false);
  assert.equal(endOf({ ...times, expiresAt: new Date(5000) }).getTime(), 5000);
});
