import assert from "node:assert/strict";
import { test } from "node:test";
import type { Page, Refusal, UsageEvent } from "../src/api/answers.ts";
import { behind, mergeRequests, refreshed } from "../src/app/(console)/requests/merge-requests.ts";
import { eventsPath, filterOf, passes, refusalsPath } from "../src/app/(console)/requests/request-filter.ts";
import { mintBody } from "../src/app/(console)/virtual-keys/mint-body.ts";

const at = (second: number): string => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();
const event = (second: number): UsageEvent => ({ id: `e${second}`, occurred_at: at(second) }) as UsageEvent;
const refusal = (second: number): Refusal => ({ id: `r${second}`, occurred_at: at(second) }) as Refusal;
const page = <T>(items: T[], next: string | null): Page<T> => ({ items, next_cursor: next });
const all = (): boolean => true;

test("two lists become one, newest first", () => {
  const rows = mergeRequests({ events: page([event(9), event(5)], null), refusals: page([refusal(7)], null) }, all);
  assert.deepEqual(
    rows.map(({ id }) => id),
    ["e9", "r7", "e5"],
  );
});

test("no row is shown below one that was not read yet", () => {
  const read = { events: page([event(9), event(6)], "next"), refusals: page([refusal(8), refusal(2)], null) };
  assert.deepEqual(
    mergeRequests(read, all).map(({ id }) => id),
    ["e9", "r8", "e6"],
  );
  assert.deepEqual(behind(read), { events: "next", refusals: null });
});

test("rows that came in meanwhile go first, known ones stay, and none is doubled", () => {
  const known = page([event(5), event(4)], "older");
  const newest = page([event(6), event(5)], "middle");
  assert.deepEqual(
    refreshed(known, newest).items.map(({ id }) => id),
    ["e6", "e5", "e4"],
  );
  assert.equal(refreshed(known, newest).next_cursor, "older");
});

test("when more came in than one page holds the list begins anew instead of hiding a gap", () => {
  const newest = page([event(60), event(59)], "gap");
  assert.deepEqual(refreshed(page([event(5)], null), newest), newest);
});

test("an address that names nothing filters nothing, and cannot write another query", () => {
  const filter = filterOf({ key: "x&simulated=any", provider: "azure", model: " a&b=c " }, "live");
  assert.deepEqual(filter, { mode: "live", key: null, member: null, provider: null, model: "a&b=c" });
  assert.equal(eventsPath(filter), "/api/v1/usage/events?limit=50&simulated=false&model=a%26b%3Dc");
  assert.equal(refusalsPath(filter, "1_2"), "/api/v1/usage/refusals?limit=50&cursor=1_2");
});

test("a test-mode refusal never passes a live filter", () => {
  const live = filterOf({}, "live");
  assert.equal(passes({ ...refusal(1), simulated: true }, live), false);
  assert.equal(passes({ ...refusal(1), simulated: false }, live), true);
});

test("what a form leaves empty is not sent, and money goes as it was typed", () => {
  const empty = {
    name: "n",
    mode: "test",
    limit: " ",
    models: "",
    expiresInDays: "",
    secretIds: {},
    now: () => 0,
  } as const;
  assert.deepEqual(mintBody(empty), { name: "n", mode: "test" });
  assert.deepEqual(
    mintBody({ ...empty, limit: " 0.01 ", models: "a, b a", expiresInDays: "1", secretIds: { openai: "id" } }),
    {
      name: "n",
      mode: "test",
      limit_usd: "0.01",
      allowed_models: ["a", "b"],
      expires_at: "1970-01-02T00:00:00.000Z",
      provider_secret_ids: { openai: "id" },
    },
  );
});
