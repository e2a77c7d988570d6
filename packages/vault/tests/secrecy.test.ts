import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { format, inspect } from "node:util";
import {
  createCanary,
  createFileKeystore,
  createKek,
  maskSecret,
  open,
  parseKek,
  seal,
  Secret,
  verifyCanary,
} from "../src/index.ts";
import { bindingFor, canary, freshKek, instance, keyPair } from "./fixtures.ts";

/** Every way the value could be written down by accident. */
function spellings(value: string): string[] {
  const bytes = Buffer.from(value);
  const shifted = [0, 1, 2].map((at) =>
    bytes.subarray(at, bytes.length - ((bytes.length - at) % 3)).toString("base64"),
  );
  return [
    value,
    bytes.toString("hex"),
    bytes.toString("base64url"),
    encodeURIComponent(value),
    JSON.stringify(value),
    ...shifted,
  ];
}

function assertAbsent(values: readonly string[], shown: string): void {
  assert.ok(shown.length > 0);
  for (const value of values) for (const spelling of spellings(value)) assert.ok(!shown.includes(spelling));
}

const everything = { showHidden: true, depth: null, getters: true, maxStringLength: null } as const;

test("nothing the vault hands out, keeps or complains with shows a secret, a KEK or a private key", async (t) => {
  const parent = await mkdtemp(join(tmpdir(), "vault-"));
  t.after(() => rm(parent, { recursive: true }));
  const kekText = createKek();
  const kek = parseKek(kekText);
  const keystore = await createFileKeystore(join(parent, "keystore"));
  const made = await instance(keystore, kek);
  const { org, publicKey, signed } = await made.addOrganisation();
  const value = canary();
  const secret = new Secret(value);
  const binding = bindingFor(org);
  const sealed = await seal({ publicKey, binding, secret });
  const opened = await made.keyring.open({ sealed, expected: binding });
  assert.ok(opened.secret.equals(secret));
  const other = await keyPair(org);
  const record = await createCanary(kek);

  const failures = await Promise.all(
    [
      open({ privateKey: other.privateKey, sealed, binding }),
      made.keyring.open({ sealed, expected: { ...binding, version: 2 } }),
      made.keyring.open({ sealed: value, expected: binding }),
      seal({ publicKey, binding: { ...binding, provider: `${value} ` }, secret }),
      seal({ publicKey, binding, secret: value as unknown as Secret }),
      seal({ publicKey, binding: { ...binding, org: randomUUID() }, secret }),
      keystore.put(org, value, value),
      keystore.put(org, "a", `${value} ${value}`),
      verifyCanary(freshKek(), record),
      verifyCanary(kek, value),
      Promise.resolve().then(() => parseKek(secret)),
      Promise.resolve().then(() => new Secret(`${value}\ud800`)),
    ].map((attempt) =>
      Promise.resolve(attempt).then(
        () => assert.fail("must fail"),
        (error: unknown) => error,
      ),
    ),
  );
  const files = await readdir(parent, { recursive: true, withFileTypes: true });
  const kept = await Promise.all(
    files.filter((file) => file.isFile()).map((file) => readFile(join(file.parentPath, file.name), "utf8")),
  );
  assert.equal(kept.length, 2);
  const decoded = [sealed, signed, record, ...kept].flatMap((text) =>
    text.split(".").map((segment) => Buffer.from(segment, "base64url").toString("latin1")),
  );
  const objects = [
    secret,
    opened,
    kek,
    kekText,
    made,
    publicKey,
    other,
    sealed,
    signed,
    record,
    failures,
    kept,
    decoded,
  ];
  const shown = objects
    .map((each) => `${inspect(each, everything)} ${JSON.stringify(each)} ${format("%s %O", each, each)}`)
    .join("\n");
  assertAbsent([value, kekText.reveal()], shown);
  assert.doesNotMatch(shown, /"d":|\bd: '/);
  assertAbsent([value.slice(6, -4)], maskSecret(secret));
});

test("the search above would find a secret that is written down", () => {
  const value = canary();
  for (const spelling of spellings(value)) assert.throws(() => assertAbsent([value], `before ${spelling} after`));
});
