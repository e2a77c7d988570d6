import assert from "node:assert/strict";
import { existsSync, globSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { MODULE_TYPES } from "../src/scaffold/module-type.ts";
import { installInto, RUNTIME_NEEDS } from "./support/built-runtime.ts";
import { fixtureCatalogue } from "./support/fixture-modules.ts";
import { keysJson, ROOT, runKeys, runProgram } from "./support/run-keys.ts";
import { scratch, snapshot, write } from "./support/scratch.ts";

const TYPES = Object.keys(MODULE_TYPES);
const DEPENDENCIES = { "@meterr/runtime": "0.1.0", zod: "4.6.7", react: "19.3.1", "react-dom": "19.3.1" };

/** Strict, with every option on that finds fault with code. */
const STRICT = {
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  noPropertyAccessFromIndexSignature: true,
  noImplicitOverride: true,
  noImplicitReturns: true,
  noUnusedLocals: true,
  noUnusedParameters: true,
  verbatimModuleSyntax: true,
  isolatedModules: true,
  erasableSyntaxOnly: true,
  module: "nodenext",
  target: "es2024",
  lib: ["es2024", "dom"],
  noEmit: true,
  allowImportingTsExtensions: true,
  skipLibCheck: true,
  types: ["node", "react"],
};

for (const language of ["TypeScript", "JavaScript"]) {
  test(`${language}: a new module of each type attacks itself, and stands`, async (t) => {
    const folder = scratch(t);
    const host = join(folder, "host");
    write(host, { "package.json": { name: "shop", dependencies: DEPENDENCIES } });
    if (language === "TypeScript") {
      write(host, { "tsconfig.json": { compilerOptions: STRICT, include: ["modules/**/*.ts"] } });
    }
    await installInto(host, [...RUNTIME_NEEDS, "react", "react-dom", "@types"]);
    const catalogue = fixtureCatalogue(join(folder, "catalogue"), {});
    const made = await Promise.all(
      TYPES.map((type) => keysJson(catalogue, ["new", `my-${type}`, "--type", type], { cwd: host })),
    );
    assert.deepEqual(
      made.map(({ code, value }) => [code, value["missing"]]),
      TYPES.map(() => [0, []]),
    );
    const ending = language === "TypeScript" ? "ts" : "js";
    const files = await snapshot(host);
    for (const [path, text] of Object.entries(files)) assert.doesNotMatch(text, /[⟪⟫]|__[a-zA-Z]+__/, path);
    assert.ok(TYPES.every((type) => `modules/my-${type}/src/index.${ending}` in files));
    for (const type of TYPES) {
      const imported = `from "../modules/my-${type}/src/index.${ending}"`;
      assert.ok(files[`modules/my-${type}/quickstart.md`]?.includes(imported), type);
    }

    const tests = globSync("modules/*/tests/*.test.mjs", { cwd: host });
    const ran = await runProgram("--test", tests, { cwd: host });
    assert.equal(ran.code, 0, ran.out);
    assert.ok(Number(/^ℹ pass (\d+)$/m.exec(ran.out)?.[1]) >= 60, ran.out);
    if (language === "TypeScript") {
      const checked = await runProgram(join(ROOT, "node_modules/typescript/bin/tsc"), ["-p", "."], { cwd: host });
      assert.equal(checked.out, "");
    }

    const { value } = await keysJson(catalogue, ["verify"], { cwd: host });
    const ills = (value["modules"] as { from: string; checks: { check: string; verdict: string }[] }[]).flatMap(
      ({ checks }) => checks.filter(({ verdict }) => verdict === "problem").map(({ check }) => check),
    );
    // Only what is the host's to do is left.
    assert.deepEqual([...new Set(ills)].sort(), ["env documented", "env set", "mounted", "routes reachable"]);
  });
}

test("a slug that is taken is refused, and so is one that could be added", async (t) => {
  const folder = scratch(t);
  write(folder, { "package.json": {}, "modules/mine/x": "x" });
  const catalogue = fixtureCatalogue(join(folder, "catalogue"), {});
  const taken = await keysJson(catalogue, ["new", "mine", "--type", "job"], { cwd: folder });
  assert.deepEqual([taken.code, taken.error["code"]], [1, "already_there"]);
  const known = await runKeys(catalogue, ["new", "tenant-rls", "--type", "data"], { cwd: folder });
  assert.equal(known.code, 2);
  assert.equal(existsSync(join(folder, "modules/tenant-rls")), false);
});
