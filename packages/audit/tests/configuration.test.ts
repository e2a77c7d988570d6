import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import { configurationJsonSchema } from "../src/configuration/configuration-schema.ts";
import { readConfiguration } from "../src/configuration/read-configuration.ts";
import { NO_CONFIGURATION } from "../src/findings/options.ts";

const RULES = new Set(["tenant/unscoped-query"]);
const read = (text: string | null) => readConfiguration(text, RULES);
const lines = (text: string): string[] => read(text).diagnostics.map(({ line, message }) => `${line}: ${message}`);

const WHOLE = {
  $schema: "./keys.config.schema.json",
  authHelpers: ["requireUser", "auth.api.getSession"],
  tenantColumns: ["workspaceId"],
  scopedClients: ["tenantDb"],
  publicRoutes: [{ path: "/api/health", reason: "load balancers ask it" }],
  exclude: ["legacy/**"],
  disabledRules: [{ rule: "tenant/unscoped-query", reason: "one tenant per database" }],
};

test("every field is read, and absent ones are empty", () => {
  const { $schema: _, ...fields } = WHOLE;
  assert.deepEqual(read(JSON.stringify(WHOLE)), { configuration: fields, diagnostics: [] });
  assert.deepEqual(read("{}"), { configuration: NO_CONFIGURATION, diagnostics: [] });
  assert.deepEqual(read(null), { configuration: NO_CONFIGURATION, diagnostics: [] });
});

test("an unknown field is said with its line, and the others count", () => {
  const text =
    '{\n  "authHelpers": ["requireUser"],\n  "authHelper": ["typo"],\n  "toString": 1,\n  "__proto__": {}\n}';
  const { configuration, diagnostics } = read(text);
  assert.deepEqual(configuration.authHelpers, ["requireUser"]);
  assert.deepEqual(
    diagnostics.map(({ line, kind }) => [line, kind]),
    [
      [3, "configuration"],
      [4, "configuration"],
      [5, "configuration"],
    ],
  );
  assert.match(diagnostics[0]?.message ?? "", /^"authHelper" is no field; there are authHelpers, /);
});

test("a wrong value is said where it stands, and its field is left empty", () => {
  const text =
    '{\n "tenantColumns": [\n  "good",\n  "not a column"\n ],\n "exclude": ["../outside"],\n "publicRoutes": [{ "path": "api", "reason": " ", "more": 1 }]\n}';
  const { configuration } = read(text);
  assert.deepEqual([configuration.tenantColumns, configuration.exclude, configuration.publicRoutes], [[], [], []]);
  const said = lines(text).join("\n");
  for (const expected of [
    /4: tenantColumns\.1: /,
    /6: exclude\.0: must be relative/,
    /7: publicRoutes\.0\.path: must begin with/,
    /7: publicRoutes\.0\.reason: must say why/,
    /more/,
  ]) {
    assert.match(said, expected);
  }
});

test("a public route and a disabled rule need a reason, and the rule must be one", () => {
  assert.match(lines('{"publicRoutes":[{"path":"/a"}]}').join(), /publicRoutes\.0\.reason/);
  assert.match(lines('{"disabledRules":[{"rule":"a/b","reason":"r"}]}').join(), /there is no rule a\/b/);
});

test("what is no JSON, or no object, is one line, and the audit goes on without it", () => {
  for (const text of [
    "",
    "{",
    "[]",
    "null",
    '{"a": process.exit()}',
    '{"a": `x`}',
    "{...{}}",
    '{"exclude": [,]}',
    "({}); evil()",
    '{"a": /x/}',
    "\u0000",
    '{"get a"() {}}',
  ]) {
    const { configuration, diagnostics } = read(text);
    assert.deepEqual(configuration, NO_CONFIGURATION, text);
    assert.equal(diagnostics.length, 1, text);
  }
  assert.match(lines('{\n "exclude": [],\n oops\n')[0] ?? "", /^\d: is not JSON; no configuration is used$/);
});

test("comments, trailing commas and a byte order mark are let pass", () => {
  assert.deepEqual(read('\uFEFF{ // why\n "exclude": ["a/**",], /* b */ }').configuration.exclude, ["a/**"]);
});

test("the published JSON Schema is the one that is used", () => {
  const published = JSON.parse(
    readFileSync(new URL("../schema/keys.config.schema.json", import.meta.url), "utf8"),
  ) as object;
  assert.deepEqual(published, configurationJsonSchema());
  const valid = new Ajv2020({ validateFormats: false }).compile(published);
  assert.ok(valid(WHOLE));
  assert.ok(!valid({ authHelper: [] }));
  assert.ok(!valid({ publicRoutes: [{ path: "/a" }] }));
});
