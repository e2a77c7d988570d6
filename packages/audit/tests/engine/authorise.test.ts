import assert from "node:assert/strict";
import { test } from "node:test";
import { authorise } from "../../src/values/authorise.ts";
import { Facts } from "../../src/values/facts.ts";
import { client, struct, type Value } from "../../src/values/value.ts";

const EVIDENCE = { sure: true, place: null, why: "it was compared" };

test("what many share is authorised, however often it is met on the way", () => {
  let value: Value = client("params", "id");
  for (let at = 0; at < 10; at += 1) value = struct({ one: value, other: value });
  assert.ok(authorise(value, Facts.none, EVIDENCE).has("ok:client:params.id"));
});

test("what is too deep by one way is authorised where another way is shorter", () => {
  const id = client("params", "id");
  let deep: Value = id;
  for (let at = 0; at < 12; at += 1) deep = struct({ one: deep });
  const owner = struct({ two: id });
  assert.ok(!authorise(struct({ deep }), Facts.none, EVIDENCE).has("ok:client:params.id"));
  assert.ok(authorise(struct({ deep, owner }), Facts.none, EVIDENCE).has("ok:client:params.id"));
});

test("who holds either way is kept where two paths meet, with and without anything else known", () => {
  const mine = Facts.none.with("ok:client:body.id", EVIDENCE);
  const none = Facts.none.with("none:client:body.id", EVIDENCE);
  assert.ok(mine.or(none).has("ok:client:body.id"));
  assert.ok(none.or(mine).has("ok:client:body.id"));
  const open = Facts.none.with("open:row:7", EVIDENCE);
  const owned = Facts.none.with("row:7", EVIDENCE);
  assert.ok(open.or(owned).has("open:row:7"));
  assert.ok(owned.or(open).has("open:row:7"));
  assert.equal(mine.or(owned).size, 0);
});
