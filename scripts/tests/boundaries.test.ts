import assert from "node:assert/strict";
import test from "node:test";
import { boundaries } from "../check/boundaries.ts";
import { plant } from "./plant.ts";

const ROOMS = [
  "packages/runtime",
  "packages/vault",
  "packages/database",
  "packages/ledger",
  "modules/audit-log",
  "modules/virtual-keys",
  "apps/gateway",
  "examples/shop",
];

const OWN_NAMES = {
  "#modules/audit-log/esm/index.js": "@meterr/module-audit-log",
  "#modules/virtual-keys/esm/index.js": "@meterr/module-virtual-keys",
};

/** A house where every room declares every other, so that only the floors can forbid an import. */
function house(files: Readonly<Record<string, string>>) {
  const names = new Map(ROOMS.map((folder) => [folder, nameOf(folder)]));
  const dependencies = Object.fromEntries([...names.values()].map((name) => [name, "0.1.0"]));
  const exports = { ".": "./src/index.ts", "./testing": "./src/testing.ts" };
  const rooms = [...names].map(([folder, name]) => [
    `${folder}/package.json`,
    JSON.stringify({ name, exports, imports: OWN_NAMES, dependencies: { ...dependencies, pg: "8" } }),
  ]);
  const root = { devDependencies: { "fast-check": "4" } };
  return plant({ "package.json": JSON.stringify(root), ...Object.fromEntries(rooms), ...files });
}

function nameOf(folder: string): string {
  return folder.startsWith("modules/") ? `@meterr/module-${folder.slice(8)}` : `@meterr/${folder.split("/")[1]}`;
}

async function findings(file: string, source: string, others: Readonly<Record<string, string>> = {}) {
  using planted = house({ [file]: source, ...others });
  return (await boundaries.run(planted.tree)).findings;
}

const FORBIDDEN: readonly (readonly [file: string, source: string, why: RegExp])[] = [
  ["packages/vault/src/a.ts", `import { x } from "@meterr/runtime";`, /vault imports no other room/],
  ["packages/runtime/src/a.ts", `import type { X } from "@meterr/database";`, /runtime imports no other room/],
  ["packages/database/src/a.ts", `import { x } from "@meterr/ledger";`, /database may import/],
  ["packages/ledger/src/a.ts", `export { x } from "@meterr/vault";`, /ledger may import/],
  ["packages/ledger/src/a.ts", `import { x } from "@meterr/module-audit-log";`, /a package never imports a module/],
  [
    "modules/virtual-keys/src/a.ts",
    `import { x } from "@meterr/module-audit-log";`,
    /modules do not import each other/,
  ],
  ["modules/audit-log/src/a.ts", `import { x } from "@meterr/database";`, /portable module imports the runtime alone/],
  ["modules/virtual-keys/src/a.ts", `import { x } from "@meterr/gateway";`, /nobody imports an app/],
  ["apps/gateway/src/a.ts", `import { x } from "@meterr/shop";`, /nobody imports an example/],
  ["examples/shop/src/a.ts", `import { x } from "@meterr/database";`, /runtime and portable modules alone/],
  ["examples/shop/src/a.ts", `import { x } from "#modules/virtual-keys/esm/index.js";`, /not for other hosts/],
  ["examples/shop/src/a.ts", `import { x } from "#modules/other/esm/index.js";`, /lead to no room/],
  ["apps/gateway/src/a.ts", `import { x } from "@meterr/vault/src/seal.ts";`, /does not export/],
  ["apps/gateway/src/a.ts", `const x = await import("@meterr/vault/seal");`, /does not export/],
  ["apps/gateway/src/a.ts", `import { x } from "@meterr/nowhere";`, /no room of this name/],
  ["apps/gateway/src/a.ts", `import { x } from "../../../packages/vault/src/b.ts";`, /must not leave its room/],
  ["apps/gateway/src/a.ts", `import { x } from "@meterr/database/testing";`, /test support is for tests/],
  ["packages/vault/tests/a.test.ts", `import { x } from "@meterr/database/testing";`, /vault imports no other room/],
  ["apps/gateway/src/a.ts", `import { x } from "undici";`, /not declared/],
  ["apps/gateway/src/a.ts", `import fc from "fast-check";`, /not declared/],
  ["apps/gateway/src/a.ts", `import { readFile } from "fs/promises";`, /write "node:fs\/promises"/],
  ["apps/gateway/src/a.ts", `import { x } from "./b";`, /names its file with the ending/],
  ["apps/gateway/src/a.ts", "await import(name);", /use a literal/],
];
for (const [file, source, why] of FORBIDDEN) {
  test(`${file} may not hold ${source}`, async () => {
    const found = await findings(file, source, { "packages/vault/src/b.ts": "" });
    assert.equal(found.length, 1);
    assert.match(found.join(), why);
  });
}

const ALLOWED: readonly (readonly [file: string, source: string])[] = [
  ["packages/ledger/src/a.ts", `import { x } from "@meterr/database";`],
  ["modules/virtual-keys/src/a.ts", `import { x } from "@meterr/ledger";`],
  ["modules/audit-log/src/a.ts", `import { x } from "@meterr/runtime";`],
  ["modules/audit-log/tests/a.test.ts", `import { x } from "@meterr/database/testing";`],
  ["apps/gateway/src/a.ts", `import { x } from "@meterr/module-audit-log";`],
  ["apps/gateway/src/a.ts", `import pg from "pg"; import { x } from "node:fs"; import { y } from "./b.ts";`],
  ["packages/vault/tests/a.test.ts", `import fc from "fast-check";`],
  ["examples/shop/src/a.ts", `import { x } from "@meterr/runtime"; import pg from "pg";`],
  ["examples/shop/src/a.ts", `import { x } from "#modules/audit-log/esm/index.js";`],
];
for (const [file, source] of ALLOWED) {
  test(`${file} may hold ${source}`, async () => {
    assert.deepEqual(await findings(file, source, { "apps/gateway/src/b.ts": "" }), []);
  });
}

test("a room is imported only when its package.json says so", async () => {
  using planted = plant({
    "package.json": "{}",
    "packages/database/package.json": JSON.stringify({ name: "@meterr/database" }),
    "packages/runtime/package.json": JSON.stringify({ name: "@meterr/runtime", exports: { ".": "./src/index.ts" } }),
    "packages/database/src/a.ts": `import { x } from "@meterr/runtime";`,
  });
  assert.match((await boundaries.run(planted.tree)).findings.join(), /@meterr\/runtime: not declared/);
});
