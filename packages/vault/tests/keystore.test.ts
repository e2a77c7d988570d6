import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import type { TestContext } from "node:test";
import { createFileKeystore, memoryKeystore } from "../src/index.ts";
import type { Keystore } from "../src/index.ts";

const RECORD = "aaaa.bbbb.cccc.dddd.eeee";
const OTHER = "aaaa.bbbb.cccc.dddd.ffff";

const KEYSTORES: Record<string, (t: TestContext) => Promise<Keystore>> = {
  "memory keystore": async () => memoryKeystore(),
  "file keystore": async (t) => {
    const parent = await mkdtemp(join(tmpdir(), "keystore-"));
    t.after(() => rm(parent, { recursive: true }));
    return createFileKeystore(join(parent, "keystore"));
  },
};

for (const [name, make] of Object.entries(KEYSTORES)) {
  describe(name, () => {
    test("a record put is the record got, under its owner and id alone", async (t) => {
      const keystore = await make(t);
      const [one, two] = [randomUUID(), randomUUID()];
      await keystore.put(one, "a", RECORD);
      assert.equal(await keystore.get(one, "a"), RECORD);
      assert.equal(await keystore.get(one, "b"), null);
      assert.equal(await keystore.get(two, "a"), null);
    });

    test("a record is never overwritten by put", async (t) => {
      const keystore = await make(t);
      const org = randomUUID();
      await keystore.put(org, "a", RECORD);
      await assert.rejects(keystore.put(org, "a", OTHER), { code: "keystore_exists" });
      await assert.rejects(keystore.put(org, "a", RECORD), { code: "keystore_exists" });
      assert.equal(await keystore.get(org, "a"), RECORD);
    });

    test("of many puts of one id at the same time exactly one wins, whole", async (t) => {
      const keystore = await make(t);
      const org = randomUUID();
      const records = Array.from({ length: 10 }, (_, at) => `${String(at).repeat(400)}.a.b.c.d`);
      const results = await Promise.allSettled(records.map((record) => keystore.put(org, "a", record)));
      const winners = results.flatMap((result, at) => (result.status === "fulfilled" ? [records[at]] : []));
      assert.equal(winners.length, 1);
      assert.equal(await keystore.get(org, "a"), winners[0]);
      assert.deepEqual(await keystore.list(org), ["a"]);
    });

    test("ids and owners are listed in order, and nobody's twice", async (t) => {
      const keystore = await make(t);
      const owners = [randomUUID(), randomUUID(), "instance"];
      assert.deepEqual(await keystore.owners(), []);
      for (const owner of owners)
        for (const id of ["b", "0002-x", "a", "0001-y"]) await keystore.put(owner, id, RECORD);
      assert.deepEqual(await keystore.owners(), owners.toSorted());
      assert.deepEqual(await keystore.list(owners[0] ?? ""), ["0001-y", "0002-x", "a", "b"]);
      assert.deepEqual(await keystore.list(randomUUID()), []);
    });

    test("a record is replaced only where it is the expected one", async (t) => {
      const keystore = await make(t);
      const org = randomUUID();
      await assert.rejects(keystore.replace(org, "a", RECORD, OTHER), { code: "keystore_conflict" });
      await keystore.put(org, "a", RECORD);
      await keystore.replace(org, "a", RECORD, OTHER);
      await assert.rejects(keystore.replace(org, "a", RECORD, OTHER), { code: "keystore_conflict" });
      assert.equal(await keystore.get(org, "a"), OTHER);
      assert.deepEqual(await keystore.list(org), ["a"]);
    });

    test("removing takes all of one owner and nothing of another, and may be repeated", async (t) => {
      const keystore = await make(t);
      const [one, two] = [randomUUID(), randomUUID()];
      for (const owner of [one, two]) for (const id of ["a", "b"]) await keystore.put(owner, id, RECORD);
      await keystore.remove(one);
      await keystore.remove(one);
      assert.deepEqual([await keystore.list(one), await keystore.get(one, "a")], [[], null]);
      assert.deepEqual(await keystore.list(two), ["a", "b"]);
      assert.deepEqual(await keystore.owners(), [two]);
      await keystore.put(one, "a", OTHER);
      assert.equal(await keystore.get(one, "a"), OTHER);
    });

    test("names that could leave the folder, and records that are no JWE, are refused everywhere", async (t) => {
      const keystore = await make(t);
      const org = randomUUID();
      const refused = { code: "input_invalid" };
      for (const owner of ["", ".", "..", "../x", "acme", `${org}/..`, org.toUpperCase(), `${org}\0`]) {
        await assert.rejects(keystore.put(owner, "a", RECORD), refused);
        await assert.rejects(keystore.get(owner, "a"), refused);
        await assert.rejects(keystore.list(owner), refused);
        await assert.rejects(keystore.replace(owner, "a", RECORD, OTHER), refused);
        await assert.rejects(keystore.remove(owner), refused);
      }
      for (const id of ["", ".", "..", "../a", "a/b", "A", ".tmp-x", "a.jwe", "a".repeat(65), "a\n"]) {
        await assert.rejects(keystore.put(org, id, RECORD), refused, id);
        await assert.rejects(keystore.get(org, id), refused, id);
      }
      for (const record of [
        "",
        "a.b.c.d",
        "a.b.c.d.e.f",
        "a.b.c.d.",
        "a.b.c.d.e\n",
        "a.b.c.d.é",
        `a.b.c.d.${"e".repeat(4096)}`,
      ]) {
        await assert.rejects(keystore.put(org, "a", record), refused);
      }
      assert.deepEqual(await keystore.owners(), []);
    });
  });
}
