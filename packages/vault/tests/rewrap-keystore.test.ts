import assert from "node:assert/strict";
import { test } from "node:test";
import { memoryKeystore, openInstanceSigner, organisationKeyring, rewrapKeystore, seal } from "../src/index.ts";
import type { Keystore } from "../src/index.ts";
import { bindingFor, freshKek, instance, secretOf } from "./fixtures.ts";

async function twoOrganisations() {
  const keystore = memoryKeystore();
  const made = await instance(keystore);
  const sealed = await Promise.all(
    ["one", "two"].map(async (value) => {
      const { org, publicKey } = await made.addOrganisation();
      await made.keyring.rotate(org);
      const binding = bindingFor(org);
      return { value, binding, sealed: await seal({ publicKey, binding, secret: secretOf(value) }) };
    }),
  );
  return { ...made, sealed };
}

async function dump(keystore: Keystore): Promise<Record<string, string | null>> {
  const records: Record<string, string | null> = {};
  for (const owner of await keystore.owners()) {
    for (const id of await keystore.list(owner)) records[`${owner}/${id}`] = await keystore.get(owner, id);
  }
  return records;
}

test("after a change of KEK everything opens with the new one and nothing with the old", async () => {
  const { kek, keystore, signer, sealed } = await twoOrganisations();
  const newKek = freshKek();
  const before = await dump(keystore);
  const result = await rewrapKeystore({ oldKek: kek, newKek, keystore });
  assert.deepEqual(result, { moved: 5, already: 0 }); // two keys each, and the signing key
  const after = await dump(keystore);
  assert.deepEqual(Object.keys(after), Object.keys(before));
  for (const [name, record] of Object.entries(after)) assert.notEqual(record, before[name]);

  assert.equal((await openInstanceSigner({ kek: newKek, keystore })).keyId, signer.keyId);
  await assert.rejects(openInstanceSigner({ kek, keystore }), { code: "open_failed" });
  for (const { value, binding, sealed: jwe } of sealed) {
    const opened = await organisationKeyring({ kek: newKek, keystore, signer }).open({
      sealed: jwe,
      expected: binding,
    });
    assert.equal(opened.secret.reveal(), value);
    const old = organisationKeyring({ kek, keystore, signer });
    await assert.rejects(old.open({ sealed: jwe, expected: binding }), { code: "open_failed" });
  }
});

test("interrupted after any number of records, it is finished by running it again", async () => {
  for (let stopAfter = 0; stopAfter < 5; stopAfter += 1) {
    const { kek, keystore } = await twoOrganisations();
    const newKek = freshKek();
    let left = stopAfter;
    const interrupted: Keystore = {
      ...keystore,
      replace(...input) {
        left -= 1;
        return left < 0 ? Promise.reject(new Error("killed")) : keystore.replace(...input);
      },
    };
    await assert.rejects(rewrapKeystore({ oldKek: kek, newKek, keystore: interrupted }), /killed/);
    const result = await rewrapKeystore({ oldKek: kek, newKek, keystore });
    assert.deepEqual(result, { moved: 5 - stopAfter, already: stopAfter });
    assert.deepEqual(await rewrapKeystore({ oldKek: kek, newKek, keystore }), { moved: 0, already: 5 });
  }
});

test("with a wrong old KEK, or one damaged record, nothing is changed", async () => {
  const { kek, keystore } = await twoOrganisations();
  const before = await dump(keystore);
  await assert.rejects(rewrapKeystore({ oldKek: freshKek(), newKek: freshKek(), keystore }), { code: "kek_refused" });
  assert.deepEqual(await dump(keystore), before);

  const last = (await keystore.owners()).at(-1) ?? "";
  await keystore.put(last, "zz-damaged", "aaaa.bbbb.cccc.dddd.eeee");
  const withDamage = await dump(keystore);
  await assert.rejects(rewrapKeystore({ oldKek: kek, newKek: freshKek(), keystore }), { code: "kek_refused" });
  assert.deepEqual(await dump(keystore), withDamage);
});
