import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import fc from "fast-check";
import { KEYS, openWorld, type World } from "./support/world.ts";

let world: World;
const made: string[] = [];
before(async () => {
  world = await openWorld();
  for (let at = 0; at < 12; at++) made.push((await world.mintOne()).id);
});
after(() => world.close());

test("pages lose and repeat nothing, however many virtual keys were made in one moment", async () => {
  // Microseconds, some equal, some apart by less than the millisecond a Date can hold.
  const offsets = fc.array(fc.constantFrom(0, 0, 1, 2, 999, 1000, 1_000_000), { minLength: 12, maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(offsets, fc.integer({ min: 1, max: 13 }), async (micros, limit) => {
      await world.one.arrange((sql) =>
        sql.query(
          `update virtual_keys k set created_at = timestamptz '2026-03-01T00:00:00Z' + p.micros * interval '1 microsecond'
           from unnest($1::uuid[], $2::int[]) as p (id, micros) where k.id = p.id`,
          [made, micros],
        ),
      );
      const whole = await page(`limit=200`);
      assert.equal(whole.next, null);
      const seen: string[] = [];
      let cursor: string | null = null;
      do {
        const part: Page = await page(`limit=${limit}${cursor === null ? "" : `&cursor=${cursor}`}`);
        assert.ok(part.ids.length > 0 && part.ids.length <= limit);
        seen.push(...part.ids);
        cursor = part.next;
      } while (cursor !== null);
      assert.deepEqual(seen, whole.ids);
      assert.deepEqual([...seen].sort(), [...made].sort());
    }),
    { numRuns: 25 },
  );
});

test("a cursor of our own form that no page gave is an empty page or 400, never a failure", async () => {
  const { id } = { id: made[0] };
  assert.deepEqual((await page(`cursor=0_${id}`)).ids, []);
  assert.equal((await page(`cursor=9999999999999999_${id}&limit=200`)).ids.length, 12);
  for (const cursor of ["x", `1_${"-".repeat(36)}`, `99999999999999999_${id}`, "2026-99-99T00:00:00.000Z_1"]) {
    const answer = await world.call("GET", `${KEYS}?cursor=${cursor}`);
    assert.deepEqual([answer.status, answer.body.errors], [400, [{ path: "query.cursor" }]]);
  }
});

interface Page {
  readonly ids: string[];
  readonly next: string | null;
}

async function page(query: string): Promise<Page> {
  const { body } = await world.call("GET", `${KEYS}?${query}`);
  return { ids: body.items.map((item: { id: string }) => item.id), next: body.next_cursor };
}
