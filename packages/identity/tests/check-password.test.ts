import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { checkPassword } from "../src/password/check-password.ts";

const COMMON = [
  "password1234",
  "Password123!",
  "PASSWORD!2026",
  "passwordpassword",
  "qwertyuiop12",
  "qwerty123456",
  "123456789012",
  "000000000000",
  "abababababab",
  "abcdefghijkl",
  "zyxwvutsrqpo",
  "letmein12345",
  "welcome-2026",
  "Admin123456!",
  "iloveyou1234",
  "correcthorsebatterystaple",
  "Meterr-Admin-1",
  "9876543210987",
  "changeme!!!!!",
];
for (const password of COMMON) {
  test(`${password} is too common`, () => assert.equal(checkPassword(password), "password_too_common"));
}

test("a person's own address is no password", () => {
  for (const password of ["ada.lovelace@example.test", "ada.lovelace!2026", "AdaLovelaceAdaLovelace"]) {
    assert.equal(checkPassword(password, "ada.lovelace@example.test"), "password_too_common");
  }
  assert.equal(checkPassword("ada.lovelace!2026", "somebody.else@example.test"), null);
});

test("lengths from 12 to 128 pass, and no further", () => {
  const text = randomBytes(120).toString("base64url");
  assert.equal(checkPassword(text.slice(0, 11)), "password_too_short");
  assert.equal(checkPassword(text.slice(0, 12)), null);
  assert.equal(checkPassword(text.slice(0, 128)), null);
  assert.equal(checkPassword(text.slice(0, 129)), "password_too_long");
});

for (const password of [
  "purple otter sings",
  "das Fahrrad am Fluss",
  "пароль-от-сейфа",
  "tr0ub4dor&3-and-more",
  "password of my own cat",
]) {
  test(`${password} passes`, () => assert.equal(checkPassword(password), null));
}
