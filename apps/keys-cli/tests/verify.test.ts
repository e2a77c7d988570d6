import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { mountLines } from "../src/add/mount-lines.ts";
import { applySteps, planAdd } from "../src/add/plan-add.ts";
import { packedCatalogue } from "../src/catalogue/packed-catalogue.ts";
import { findHost } from "../src/host/find-host.ts";
import { sourceFolderOf } from "../src/host/source-folder.ts";
import { verifyModules } from "../src/verify/verify-modules.ts";
import { fixtureCatalogue } from "./support/fixture-modules.ts";
import { keysJson, runKeys } from "./support/run-keys.ts";
import { scratch, write, type Cleanup } from "./support/scratch.ts";

const WIRING = `import { mount } from "@meterr/runtime";
import { createThings } from "../modules/things/esm/index.js";
export const handle = mount(createThings());
`;
const SERVER = `import { expressHandler } from "@meterr/runtime";
import { handle } from "./things.js";
app.use("/api/v1/things", expressHandler(handle, {}));
`;

interface World {
  readonly host: string;
  readonly catalogue: string;
  readonly secret: string;
}

/** A host in which everything is wired. */
async function wired(t: Cleanup, dependencies: Record<string, string> = { express: "^5.0.0" }): Promise<World> {
  const folder = scratch(t);
  const host = join(folder, "host");
  const secret = randomBytes(16).toString("hex");
  const catalogue = fixtureCatalogue(join(folder, "catalogue"), { things: {} });
  write(host, { "package.json": { name: "shop", type: "module", dependencies } });
  const copy = await packedCatalogue(catalogue).load("things");
  await applySteps((await planAdd(findHost(host, undefined), copy, { force: false, instead: {} })).steps);
  write(host, {
    ".env": `export THING_SECRET="${secret}"\n`,
    "src/things.js": WIRING,
    "src/server.js": SERVER,
    "node_modules/@meterr/runtime/package.json": { version: "0.1.3" },
    "node_modules/zod/package.json": { version: "4.7.0" },
  });
  return { host, catalogue, secret };
}

/** Every check that is not ok, with its verdict; in this process, as the command does it. */
async function ills(host: string): Promise<Record<string, string>> {
  const [module] = await verifyModules(findHost(host, undefined), [], {});
  const bad = module?.checks.filter(({ verdict }) => verdict === "problem" || verdict === "unknown") ?? [];
  return Object.fromEntries(bad.map(({ check, verdict, detail }) => [check, `${verdict}: ${detail}`]));
}

describe("verify", () => {
  test("a wired module is said to be wired, with 0, and no value of a variable is shown", async (t) => {
    const { host, catalogue, secret } = await wired(t);
    const { code, out } = await runKeys(catalogue, ["verify"], { cwd: host });
    assert.equal(code, 0, out);
    assert.match(out, /✓ mounted +src\/things\.js:2\n/);
    assert.match(out, /✓ routes reachable +\/api\/v1\/things\/:id through src\//);
    assert.match(out, /All is wired\./);
    assert.equal(out.includes(secret), false);
    assert.equal((await keysJson(catalogue, ["verify"], { cwd: host })).value["problems"], 0);
  });

  const BROKEN: readonly [string, (host: string) => void, Record<string, RegExp>][] = [
    [
      "an edited file",
      (host) => write(host, { "modules/things/esm/index.js": "x" }),
      { files: /edited: esm\/index\.js/ },
    ],
    [
      "a missing file",
      (host) => rmSync(join(host, "modules/things/README.md")),
      { files: /missing: README\.md/, "RLS documented": /no section/ },
    ],
    ["a manifest that is none", (host) => write(host, { "modules/things/key.json": "{}" }), { manifest: /^problem: / }],
    [
      "a package not installed",
      (host) => rmSync(join(host, "node_modules/zod"), { recursive: true }),
      { dependencies: /not installed: zod/ },
    ],
    [
      "a package that is too old",
      (host) => write(host, { "node_modules/zod/package.json": { version: "3.25.1" } }),
      { dependencies: /zod 3\.25\.1 is installed/ },
    ],
    [
      "a package not named",
      (host) => write(host, { "package.json": { dependencies: { express: "5", zod: "4.6.7" } } }),
      { dependencies: /not in package\.json: @meterr\/runtime/ },
    ],
    [
      "an undocumented variable",
      (host) => write(host, { ".env.example": "THING_SECRET=\n" }),
      { "env documented": /THING_COLOUR/ },
    ],
    [
      "an unset variable",
      (host) => write(host, { ".env": "# THING_SECRET=x\nTHING_SECRET=''\n" }),
      { "env set": /not set: THING_SECRET/ },
    ],
    [
      "a table without a word on RLS",
      (host) => write(host, { "modules/things/README.md": "## RLS and trust assumptions\n\nNone.\n\n## things\n" }),
      { files: /edited/, "RLS documented": /nothing of RLS on things/ },
    ],
    [
      "nobody importing it",
      (host) => write(host, { "src/things.js": "// ../modules/things/esm/index.js\n" }),
      { mounted: /nothing imports/, "routes reachable": /no file that runs/ },
    ],
    [
      "an import in a string",
      (host) => write(host, { "src/things.js": 'const a = `import "../modules/things/esm/index.js"`;' }),
      { mounted: /nothing imports/, "routes reachable": /./ },
    ],
    [
      "an import of another module that begins alike",
      (host) => write(host, { "src/things.js": WIRING.replace("things/esm", "things-two/esm") }),
      { mounted: /nothing imports/, "routes reachable": /./ },
    ],
    [
      "an import in a test alone",
      (host) => {
        rmSync(join(host, "src"), { recursive: true });
        write(host, { "src/things.test.js": WIRING });
      },
      { mounted: /is a test/, "routes reachable": /./ },
    ],
    [
      "an import of types alone",
      (host) => {
        rmSync(join(host, "src"), { recursive: true });
        write(host, { "src/a.ts": 'import type { createThings } from "../modules/things/esm/index.js";' });
      },
      { mounted: /types only/, "routes reachable": /./ },
    ],
    [
      "routes handed to no adapter",
      (host) =>
        write(host, {
          "src/things.js": 'import { createThings } from "../modules/things/esm/index.js";\ncreateThings();',
          "src/server.js": "",
        }),
      { "routes reachable": /hands nothing to an adapter/ },
    ],
    [
      "a file that cannot be parsed",
      (host) => write(host, { "src/things.js": "import { from" }),
      { mounted: /unknown: .*src\/things\.js/, "routes reachable": /./ },
    ],
  ];
  test("each thing that is wrong is found by its own check", async (t) => {
    for (const [what, breakIt, expected] of BROKEN) {
      const { host } = await wired(t);
      breakIt(host);
      const found = await ills(host);
      assert.deepEqual(Object.keys(found), Object.keys(expected), what);
      for (const [check, pattern] of Object.entries(expected)) assert.match(found[check] ?? "", pattern, what);
    }
  });

  test("problems end with 1, what could not be told alone with 3", async (t) => {
    const { host, catalogue } = await wired(t);
    write(host, { "src/things.js": "import { from", "modules/own/key.json": "{" });
    assert.equal((await runKeys(catalogue, ["verify"], { cwd: host })).code, 1);
    const { value } = await keysJson(catalogue, ["verify", "own"], { cwd: host });
    assert.deepEqual([value["problems"], value["unknowns"]], [1, 0]);
  });

  test("routes that are joined and handed to nobody are not said to be reachable", async (t) => {
    const { host } = await wired(t);
    write(host, { "src/server.js": "" });
    assert.match((await ills(host))["routes reachable"] ?? "", /^unknown: src\/things\.js: .*cannot be told/);
  });

  const MOUNTS: readonly [string, Record<string, unknown>][] = [
    [
      "require",
      {
        "src/a.cjs":
          'const { createThings } = require("../modules/things/esm/index.js");\nconst { nodeListener } = require("@meterr/runtime");',
      },
    ],
    [
      "import()",
      { "src/a.js": 'const a = await import("../modules/things");\nimport { nodeListener } from "@meterr/runtime";' },
    ],
    [
      "a re-export",
      {
        "src/a.ts": 'export { createThings } from "../modules/things/esm/index.js";',
        "src/b.ts": 'import * as a from "./a.js";\nimport * as r from "@meterr/runtime";',
      },
    ],
    [
      "an alias of tsconfig.json, comments and extends included",
      {
        "tsconfig.json": '{ "extends": "./base", /* c */ }',
        "base.json": '{ "compilerOptions": { "paths": { "@/*": ["./*"], }, } }',
        "src/a.tsx":
          'import { createThings } from "@/modules/things/esm";\nimport { nodeListener } from "@meterr/runtime";',
      },
    ],
    [
      "an alias of package.json",
      {
        "package.json": {
          type: "module",
          imports: { "#m/*": "./modules/*" },
          dependencies: { "@meterr/runtime": "1", zod: "4.6.7" },
        },
        "src/a.js": 'import "#m/things/esm/index.js";\nimport { nodeListener } from "@meterr/runtime";',
      },
    ],
    [
      "JSX in a .js file",
      {
        "src/a.js":
          'import { createThings } from "../modules/things/esm/index.js";\nimport { nodeListener } from "@meterr/runtime";\nexport const A = () => <p>{createThings()}</p>;',
      },
    ],
  ];
  test("every way to import it is seen", async (t) => {
    for (const [what, files] of MOUNTS) {
      const { host } = await wired(t);
      rmSync(join(host, "src"), { recursive: true });
      write(host, files);
      const found = await ills(host);
      assert.deepEqual([found["mounted"], found["routes reachable"]], [undefined, undefined], what);
    }
  });
});

describe("Next.js", () => {
  const ROUTE = `import { nextAppRouter } from "@meterr/runtime";
import { handle } from "@/src/things";
export const { GET, POST } = nextAppRouter(handle);
`;
  const SERVED: readonly [string, string, string | null][] = [
    ["app/api/v1/things/[...path]/route.ts", ROUTE, null],
    ["app/api/v1/things/[id]/route.ts", ROUTE, null],
    ["app/(public)/api/[...all]/route.js", ROUTE, null],
    ["app/api/v1/things/[[...path]]/route.ts", ROUTE.replace("POST", "POST: PUT"), "POST"],
    ["app/api/v1/things/route.ts", ROUTE, "GET"],
    ["app/api/v2/[...path]/route.ts", ROUTE, "GET"],
    ["app/api/v1/things/[id]/page.ts", ROUTE, "GET"],
    ["pages/api/v1/things/[id].ts", ROUTE, null],
    ["pages/api/v1/things/index.ts", ROUTE, "GET"],
  ];
  test("a route is reachable when a file that leads to the module answers its path and method", async (t) => {
    for (const [file, code, lost] of SERVED) {
      const { host } = await wired(t, { next: "16.4.5" });
      rmSync(join(host, "src/server.js"));
      write(host, { "tsconfig.json": { compilerOptions: { paths: { "@/*": ["./*"] } } }, [file]: code });
      const found = (await ills(host))["routes reachable"];
      if (lost === null) assert.equal(found, undefined, file);
      else assert.match(found ?? "", new RegExp(`serves.* ${lost} /api/v1/things/:id`), file);
    }
  });
});

const MOUNT_OF: readonly [Record<string, unknown>, string, RegExp][] = [
  [
    { "package.json": { dependencies: { next: "16" } }, "app/page.tsx": "", "tsconfig.json": {} },
    "app/api/v1/things/[...path]/route.ts",
    /nextAppRouter\(things\)/,
  ],
  [
    { "package.json": { dependencies: { next: "16" } }, "src/pages/index.jsx": "" },
    "src/pages/api/v1/things/[...path].js",
    /bodyParser: false[^]*nextPagesHandler/,
  ],
  [
    { "package.json": { dependencies: { express: "5" } } },
    "",
    /require\("\.\/keys\/things\.js"\)[^]*app\.use\("\/api\/v1\/things", expressHandler/,
  ],
  [
    { "package.json": { type: "module", dependencies: { fastify: "5" } } },
    "",
    /import \{ handle as things \}[^]*app\.register\(fastifyPlugin.*prefix: "\/api\/v1\/things"/,
  ],
  [
    { "package.json": { type: "module", dependencies: { hono: "4" } } },
    "",
    /app\.all\("\/api\/v1\/things\/\*", honoHandler/,
  ],
  [{ "package.json": { type: "module" } }, "", /createServer\(NODE_SERVER_LIMITS, nodeListener/],
];
test("the lines that mount it are those of the application's framework; written down as they stand, verify finds them", async (t) => {
  const catalogue = packedCatalogue(fixtureCatalogue(scratch(t), { things: {} }));
  const copy = await catalogue.load("things");
  for (const [files, file, line] of MOUNT_OF) {
    const folder = scratch(t);
    write(folder, files);
    const host = findHost(folder, undefined);
    const { parts } = mountLines(host, copy, sourceFolderOf(host));
    const [wiring, mounting] = parts;
    assert.match(wiring?.code ?? "", /modules\/things\/esm\/index\.js/);
    assert.match(wiring?.code ?? "", host.esm ? /export const handle = mount/ : /exports\.handle = mount/);
    assert.equal(mounting?.file ?? "", file);
    assert.match(mounting?.code ?? "", line);

    await applySteps((await planAdd(host, copy, { force: false, instead: {} })).steps);
    for (const part of parts) write(folder, { [part.file ?? "server.js"]: part.code });
    const found = await ills(folder);
    assert.deepEqual([found["mounted"], found["routes reachable"]], [undefined, undefined], host.framework);
  }
});
