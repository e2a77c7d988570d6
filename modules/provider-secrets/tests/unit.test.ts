import assert from "node:assert/strict";
import { inspect } from "node:util";
import { test } from "node:test";
import { Problem } from "@meterr/runtime";
import { Secret } from "@meterr/vault";
import { nameTaken } from "../src/name-taken.ts";
import { addInput, idParams, rotateInput } from "../src/validators/inputs.ts";
import { presentProviderSecret } from "../src/provider-secret.ts";
import { secretForTest } from "./support/world.ts";

const add = (more: Record<string, unknown>) =>
  addInput.safeParse({ provider: "openai", name: "production", secret: secretForTest(), ...more });

test("a secret leaves validation as one that does not print", () => {
  const value = secretForTest();
  const { secret } = rotateInput.parse({ secret: value });
  assert.ok(Secret.isSecret(secret));
  assert.equal(secret.reveal(), value);
  assert.doesNotMatch(`${inspect(secret)} ${JSON.stringify(secret)} ${String(secret)}`, /sk-/);
});

const UNFIT: readonly [string, Record<string, unknown>][] = [
  ["a secret under eight characters", { secret: "1234567" }],
  ["a secret over 512 characters", { secret: "x".repeat(513) }],
  ["a secret with a line break, which would end a header", { secret: "12345678\r\nx-admin: 1" }],
  ["a secret with a blank", { secret: " 12345678" }],
  ["a secret beyond ASCII", { secret: "12345678é" }],
  ["a secret that is no text", { secret: 12345678 }],
  ["an empty name", { name: "   " }],
  ["a name of 121 characters", { name: "n".repeat(121) }],
  ["a name with a control character", { name: "a\u0007b" }],
  ["a name that turns the direction of text", { name: "a\u202eb" }],
  ["an unknown provider", { provider: "mistral" }],
  ["a base address that is none", { base_url: "api.example.test" }],
  ["a base address of another scheme", { base_url: "file:///etc/passwd" }],
  ["sandbox that is no boolean", { sandbox: "false" }],
  ["a field nobody knows", { organisation: "x" }],
];
for (const [what, more] of UNFIT) test(`${what} is refused`, () => assert.equal(add(more).success, false));

test("a name is trimmed, and markup in it is only text", () => {
  assert.equal(add({ name: "  <b>'; drop table members; --</b> " }).data?.name, "<b>'; drop table members; --</b>");
});

test("an id in capitals is the same id", () => {
  const id = "8E2C4B8A-7C9D-4E1F-8A2B-3C4D5E6F7A8B";
  assert.equal(idParams.parse({ id }).id, id.toLowerCase());
});

test("only the names' own index says that a name is taken", () => {
  const violation = (constraint: string, code = "23505") =>
    Object.assign(new Error("query failed"), { code, constraint });
  assert.throws(
    () => nameTaken(violation("provider_secrets_name")),
    (error) => error instanceof Problem && error.code === "name_taken",
  );
  for (const other of [
    violation("provider_secrets_pkey"),
    violation("provider_secrets_name", "23503"),
    new Error("x"),
  ]) {
    assert.throws(
      () => nameTaken(other),
      (error) => error === other,
    );
  }
});

test("a revoked secret is presented as revoked, whatever its last check found", () => {
  const at = new Date("2026-01-02T03:04:05.678Z");
  const row = {
    id: "8e2c4b8a-7c9d-4e1f-8a2b-3c4d5e6f7a8b",
    provider: "openai",
    name: "production",
    destination: "https://api.example.test",
    simulated: false,
    hint: "****",
    status: "working",
    status_detail: null,
    checked_at: at,
    current_version: 3,
    created_by: "8e2c4b8a-7c9d-4e1f-8a2b-3c4d5e6f7a8c",
    created_at: at,
    revoked_at: at,
  } as const;
  assert.equal(presentProviderSecret(row)["status"], "revoked");
  assert.equal(presentProviderSecret({ ...row, revoked_at: null })["status"], "working");
  assert.equal(presentProviderSecret(row)["checked_at"], "2026-01-02T03:04:05.678Z");
});
