import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { audit } from "../src/audit.ts";
import { NO_CONFIGURATION } from "../src/findings/options.ts";
import { inFolderOf, type TestFile } from "./support/audit-files.ts";

const AUTH = (guard: string): TestFile => ({
  path: "lib/auth.ts",
  text: `import { getServerSession } from "next-auth";
export async function requireUser() {
  const session = await getServerSession();
  ${guard}
  return session?.user;
}
export function titleOf(text: string) {
  return text.trim();
}
`,
});
const WEAK = AUTH("");
const STRONG = AUTH('if (!session?.user) throw new Error("nobody");');

const route = (name: string, imports: string, guard: string): TestFile => ({
  path: `app/api/${name}/route.ts`,
  text: `import { prisma } from "@/lib/prisma";
${imports}
export async function DELETE(request: Request, { params }: { params: { id: string } }) {
  ${guard}
  await prisma.${name}.delete({ where: { id: params.id } });
  return Response.json({});
}
`,
});
const GUARDED = route("invoice", 'import { requireUser } from "@/lib/auth";', "await requireUser();");
const APART = route("note", "", "");

/** `file rule` of each finding; a second time from the cache, which must say the same. */
function findings(files: readonly TestFile[], changed: readonly string[] | null): string[] {
  const cacheFolder = mkdtempSync(path.join(tmpdir(), "audit-cache-"));
  try {
    return inFolderOf(files, (root) => {
      const only = changed === null ? null : new Set(changed);
      const once = () =>
        audit({
          root,
          configuration: NO_CONFIGURATION,
          only,
          cacheFolder,
          progress: null,
          now: () => performance.now(),
        });
      const [cold, warm] = [once(), once()];
      assert.equal(warm.cached, true);
      assert.deepEqual(warm.findings, cold.findings);
      return cold.findings.map(({ location, rule }) => `${location.file} ${rule}`);
    });
  } finally {
    rmSync(cacheFolder, { recursive: true, force: true });
  }
}

function missing(files: readonly TestFile[], changed: readonly string[] | null): string[] {
  return findings(files, changed)
    .filter((one) => / auth\//.test(one))
    .map((one) => one.split(" ")[0] ?? "");
}

test("a guard that was weakened in another file is reported at the untouched route that relies on it", () => {
  assert.deepEqual(missing([STRONG, GUARDED, APART], null), [APART.path]);
  assert.deepEqual(missing([WEAK, GUARDED, APART], null), [GUARDED.path, APART.path]);
  assert.deepEqual(missing([WEAK, GUARDED, APART], ["lib/auth.ts"]), [GUARDED.path]);
  assert.deepEqual(missing([WEAK, GUARDED, APART], ["lib/other.ts"]), []);
});

test("what a changed file only stands beside is not reported", () => {
  const titled = route("note", 'import { titleOf } from "@/lib/title";', 'titleOf("x");');
  const title: TestFile = { path: "lib/title.ts", text: "export const titleOf = (text: string) => text.trim();\n" };
  assert.deepEqual(missing([WEAK, GUARDED, titled, title], ["lib/title.ts"]), [titled.path]);
  assert.deepEqual(missing([WEAK, GUARDED, titled, title], ["lib/auth.ts"]), [GUARDED.path]);
});

test("a guard is followed through files that hand it on, and through what is made of it at the top of a file", () => {
  const barrel: TestFile = { path: "lib/index.ts", text: 'export * from "./auth";\n' };
  const made: TestFile = {
    path: "lib/guards.ts",
    text: 'import { requireUser } from "@/lib";\nexport const guards = { user: requireUser };\n',
  };
  const guarded = route("invoice", 'import { guards } from "@/lib/guards";', "await guards.user();");
  for (const file of ["lib/auth.ts", "lib/index.ts", "lib/guards.ts"])
    assert.deepEqual(missing([WEAK, barrel, made, guarded, APART], [file]), [guarded.path], file);
});

test("the file that mounts a router, and Next.js' middleware, lead to every route behind them", () => {
  const router: TestFile = {
    path: "src/orders.ts",
    text: `import { Router } from "express";
import { prisma } from "./prisma";
export const orders = Router();
orders.delete("/:id", async (req, res) => {
  await prisma.order.delete({ where: { id: req.params.id } });
  res.json({});
});
`,
  };
  const server: TestFile = {
    path: "src/server.ts",
    text: `import express from "express";
import { orders } from "./orders";
const app = express();
app.use("/orders", orders);
app.listen(3000);
`,
  };
  assert.deepEqual(missing([router, server], ["src/server.ts"]), [router.path]);
  const middleware: TestFile = {
    path: "middleware.ts",
    text: 'import { NextResponse } from "next/server";\nexport function middleware() {\n  return NextResponse.next();\n}\n',
  };
  assert.deepEqual(missing([middleware, APART], ["middleware.ts"]), [APART.path]);
});
