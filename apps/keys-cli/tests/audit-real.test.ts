import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ROOT, runProgram, type Ran } from "./support/run-keys.ts";
import { scratch, write } from "./support/scratch.ts";

// The command as it is shipped, over the auditor as it is.
const MAIN = join(ROOT, "apps/keys-cli/src/main.ts");
const keys = (cwd: string, ...args: string[]): Promise<Ran> => runProgram(MAIN, ["audit", ...args], { cwd });

const ROUTE = `import { db } from "@/lib/db";
import { requireUser } from "@/lib/session";

export async function DELETE(request: Request, { params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  const user = await requireUser();
  await db.project.delete({ where: { id } });
  return new Response(null, { status: 204 });
}
`;
const TREE = {
  "tsconfig.json": { extends: "nowhere", compilerOptions: { paths: { "@/*": ["./*"] } } },
  "lib/db.ts": `import { PrismaClient } from "@prisma/client";\nexport const db = new PrismaClient();\n`,
  "lib/session.ts": `import { getServerSession } from "next-auth";
export async function requireUser() {
  const session = await getServerSession();
  if (!session?.user) throw new Error("unauthorised");
  return session.user;
}
`,
};
const PATH = "app/api/projects/[id]/route.ts";

interface Log {
  runs: {
    results: {
      ruleId: string;
      locations: { physicalLocation: { artifactLocation: { uri: string }; region: { startLine: number } } }[];
    }[];
  }[];
}

test("a tree without node_modules: the violation stands at its line in SARIF, and its mended form is clean", async (t) => {
  const root = scratch(t);
  write(root, { ...TREE, [PATH]: ROUTE });
  const { code, out } = await keys(scratch(t), root, "--format", "sarif", "--no-baseline");
  const found = (JSON.parse(out) as Log).runs[0]?.results.map(({ ruleId, locations }) => {
    const { artifactLocation, region } = locations[0]?.physicalLocation ?? assert.fail();
    return [ruleId, artifactLocation.uri, region.startLine];
  });
  assert.equal(code, 1);
  assert.deepEqual(found, [["tenant/unscoped-query", "app/api/projects/%5Bid%5D/route.ts", 7]]);

  write(root, { [PATH]: ROUTE.replace("where: { id }", "where: { id, orgId: user.orgId }") });
  assert.equal((await keys(scratch(t), root, "--no-baseline")).code, 0);
  assert.deepEqual(readdirSync(root).sort(), ["app", "lib", "tsconfig.json"], "nothing was written into the tree");
});

test("a suppression with a reason is kept to, one without is said", async (t) => {
  const root = scratch(t);
  const suppressed = (reason: string): string =>
    ROUTE.replace("  await db", `  // keys-audit-ignore tenant/unscoped-query${reason}\n  await db`);
  write(root, { ...TREE, [PATH]: suppressed(" -- one tenant per database") });
  assert.equal((await keys(root)).code, 0);
  write(root, { [PATH]: suppressed("") });
  const { code, out } = await keys(root);
  assert.equal(code, 1);
  assert.match(out, /! app\/api\/projects\/\[id\]\/route\.ts:7 .*gives no reason/);
});

test("a baseline keeps to what it knows when code moves, and a second run answers the same from the cache", async (t) => {
  const root = scratch(t);
  write(root, { ...TREE, [PATH]: ROUTE });
  assert.equal((await keys(root, "--update-baseline")).code, 0);
  write(root, { [PATH]: `// a line\n// and another\n${ROUTE}` });
  const first = await keys(root, "--json");
  const second = await keys(root, "--json");
  assert.deepEqual([first.code, second.code], [0, 0]);
  const result = ({ out }: Ran): Record<string, unknown> => JSON.parse(out) as Record<string, unknown>;
  assert.deepEqual([result(first)["cached"], result(second)["cached"]], [false, true]);
  assert.deepEqual(result(second)["findings"], result(first)["findings"]);
  assert.equal(existsSync(join(root, ".cache/keys-audit")), true, "HOME is this folder here");
});

test("what cannot be judged is a line each, the rest is judged, and the exit code says incomplete", async (t) => {
  const root = scratch(t);
  write(root, { ...TREE, "broken.ts": "export const x = {", "binary.ts": "a\u0000b", "keys.config.json": { oops: 1 } });
  const { code, out } = await keys(root);
  assert.equal(code, 3);
  for (const file of ["broken\\.ts", "binary\\.ts", "keys\\.config\\.json"])
    assert.match(out, new RegExp(`^! ${file}`, "m"));
});
