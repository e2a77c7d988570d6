import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import type { ModuleCopy } from "../src/catalogue/catalogue.ts";
import { repositoryCatalogue } from "../src/catalogue/repository-catalogue.ts";
import { installInto, RUNTIME_NEEDS } from "./support/built-runtime.ts";
import { filesOf } from "./support/fixture-modules.ts";
import { ROOT, runProgram } from "./support/run-keys.ts";
import { scratch, write } from "./support/scratch.ts";

const catalogue = repositoryCatalogue(ROOT);
const copies: ModuleCopy[] = [];
before(async () => {
  for (const slug of await catalogue.slugs()) copies.push(await catalogue.load(slug));
});

const PEERS = ["stripe", "standardwebhooks", "@octokit", "croner"];

/** What Next.js writes: older output, everything included, JavaScript allowed, libraries checked. */
const NEXT = {
  target: "es2017",
  lib: ["dom", "dom.iterable", "esnext"],
  allowJs: true,
  strict: true,
  noEmit: true,
  esModuleInterop: true,
  module: "esnext",
  moduleResolution: "bundler",
  resolveJsonModule: true,
  isolatedModules: true,
  skipLibCheck: true,
};

/** The strictest a host may be; declarations of packages are checked as well. */
const STRICT = {
  target: "es2024",
  lib: ["es2024", "dom", "dom.iterable", "dom.asynciterable"],
  module: "nodenext",
  strict: true,
  noEmit: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  noPropertyAccessFromIndexSignature: true,
  noImplicitOverride: true,
  noUnusedLocals: true,
  noUnusedParameters: true,
  verbatimModuleSyntax: true,
  isolatedModules: true,
  erasableSyntaxOnly: true,
  skipLibCheck: false,
  types: ["node"],
};

describe("the modules that are offered", () => {
  test("each is whole: code that runs, declarations, sources, documents, and every migration reversible", () => {
    assert.ok(copies.length > 0);
    for (const { manifest, files } of copies) {
      const paths = new Set(files.map(({ path }) => path));
      const must = [
        "esm/index.js",
        "esm/index.d.ts",
        "src/index.ts",
        "key.json",
        "README.md",
        "quickstart.md",
        "package.json",
      ];
      for (const path of must) assert.ok(paths.has(path), `${manifest.slug}/${path}`);
      for (const path of paths) {
        assert.doesNotMatch(path, /test/, "tests stay at home");
        if (path.endsWith(".up.sql")) assert.ok(paths.has(path.replace(".up.sql", ".down.sql")), path);
      }
      const text = Object.values(filesOf({ manifest, files, dependencies: {}, peers: {} })).join("\n");
      assert.equal(text.includes(ROOT), false, "no path of this machine");
      assert.equal(text.includes(`"@meterr/module-${manifest.slug}"`), false, "no package that a host cannot install");
      assert.doesNotMatch(text, /from "\.[^"]*\.ts"/, "no import that only this repository understands");
    }
  });

  for (const [name, compilerOptions] of Object.entries({ "a strict host": STRICT, "a Next.js host": NEXT })) {
    test(`everything that is copied compiles in ${name}, sources included, without a change to its settings`, async (t) => {
      const host = scratch(t);
      const wiring = copies.map(
        ({ manifest: { slug } }, index) => `import * as m${index} from "../modules/${slug}/esm/index.js";`,
      );
      const used = copies.map((_, index) => `m${index}`).join(", ");
      write(host, {
        "package.json": { type: "module" },
        "tsconfig.json": { compilerOptions, include: ["**/*.ts", "**/*.tsx"] },
        "src/main.ts": `${wiring.join("\n")}\nexport const modules: readonly object[] = [${used}];\n`,
      });
      for (const copy of copies) write(join(host, "modules", copy.manifest.slug), filesOf(copy));
      await installInto(host, [...RUNTIME_NEEDS, ...PEERS, "@types"]);
      const { out } = await runProgram(join(ROOT, "node_modules/typescript/bin/tsc"), ["-p", "."], { cwd: host });
      assert.equal(out, "");
    });
  }

  test("each is imported by plain Node in a CommonJS host, does nothing on import, and finds its own files", async (t) => {
    const host = scratch(t);
    const slugs = copies.map(({ manifest: { slug } }) => slug);
    write(host, {
      "package.json": { name: "old" },
      "main.js": `const before = new Set(Object.keys(globalThis));
for (const slug of ${JSON.stringify(slugs)}) {
  const made = require("./modules/" + slug + "/esm/index.js");
  if (Object.keys(made).length === 0) throw new Error(slug + " exports nothing");
  for (const value of Object.values(made)) {
    if (value?.folder instanceof URL) require("node:fs").readdirSync(value.folder);
  }
}
// zod keeps its settings in one of its own.
const made = Object.keys(globalThis).filter((name) => !before.has(name) && !name.startsWith("__zod_"));
if (made.length > 0) throw new Error("globals were made: " + made);
console.log("ok");
`,
    });
    for (const copy of copies) write(join(host, "modules", copy.manifest.slug), filesOf(copy));
    await installInto(host, [...RUNTIME_NEEDS, ...PEERS]);
    const { out, err } = await runProgram("main.js", [], { cwd: host });
    assert.deepEqual([out, err], ["ok\n", ""]);
  });
});

test("Meterr's own modules are not offered", async () => {
  for (const slug of ["members", "provider-secrets", "virtual-keys", "usage-tracking", "token-count", "model-prices"]) {
    assert.ok(existsSync(join(ROOT, "modules", slug)));
    await assert.rejects(catalogue.load(slug), { code: "unknown_module", message: /own modules/ });
  }
});
