import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import fc from "fast-check";
import { audit } from "../src/audit.ts";
import type { AuditResult } from "../src/findings/finding.ts";
import { NO_CONFIGURATION } from "../src/findings/options.ts";
import { readCases } from "./cases/read-cases.ts";

/** Every eleventh case, each in a folder of its own: routes, actions, routers, controllers, procedures and what they call. */
const TREE: ReadonlyMap<string, string> = new Map(
  readCases()
    .filter((_, at) => at % 11 === 0)
    .flatMap(({ name, trees: [tree] }) =>
      (tree?.files ?? []).map(({ path: file, text }) => [`apps/${name.replace("/", "-")}/${file}`, text] as const),
    ),
);
const FILES = [...TREE.keys()];

const scratch = mkdtempSync(path.join(tmpdir(), "audit-warm-"));
after(() => rmSync(scratch, { recursive: true, force: true }));

function put(root: string, file: string, text: string): void {
  const target = path.join(root, file);
  mkdirSync(path.dirname(target), { recursive: true });
  writeFileSync(target, text);
}

function reportOf(root: string, cacheFolder: string | null): Omit<AuditResult, "duration" | "cached"> {
  const {
    duration: _,
    cached: __,
    ...report
  } = audit({
    root,
    configuration: NO_CONFIGURATION,
    only: null,
    cacheFolder,
    progress: null,
    now: () => performance.now(),
  });
  return report;
}

const EDITS: Readonly<Record<string, (lines: string[], at: number) => void>> = {
  "take a line out": (lines, at) => lines.splice(at, 1),
  "move all below": (lines, at) => lines.splice(at, 0, "// one more line"),
  "forget to wait": (lines, at) => (lines[at] = lines[at]?.replace("await ", "") ?? ""),
  "turn a test round": (lines, at) => (lines[at] = lines[at]?.replace("!", "") ?? ""),
  "hand out one more": (lines) => lines.push("export const POST = async () => Response.json({});"),
  "empty it": (lines) => lines.splice(0),
};

test("after a random edit of a random file the report is the same from what was kept as from nothing", () => {
  let at = 0;
  const edit = fc.record({
    file: fc.nat(FILES.length - 1),
    line: fc.nat(60),
    edit: fc.constantFrom(...Object.keys(EDITS)),
  });
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 3 }), (edits) => {
      at += 1;
      const [root, cache] = [path.join(scratch, `tree-${at}`), path.join(scratch, `cache-${at}`)];
      const texts = new Map(TREE);
      for (const [file, text] of texts) put(root, file, text);
      reportOf(root, cache);
      for (const one of edits) {
        const file = FILES[one.file] ?? "";
        const lines = (texts.get(file) ?? "").split("\n");
        EDITS[one.edit]?.(lines, one.line % Math.max(1, lines.length));
        texts.set(file, lines.join("\n"));
        put(root, file, lines.join("\n"));
        assert.deepEqual(reportOf(root, cache), reportOf(root, null), `${one.edit} ${file}`);
      }
      rmSync(root, { recursive: true });
    }),
    { numRuns: 10 },
  );
});

test("a file that comes, goes or leads elsewhere is noticed by what was answered before", () => {
  const [root, cache] = [path.join(scratch, "tree"), path.join(scratch, "cache")];
  const same = (): Omit<AuditResult, "duration" | "cached"> => {
    const cold = reportOf(root, null);
    assert.deepEqual(reportOf(root, cache), cold);
    return cold;
  };
  const isAuthenticated = (): string | undefined =>
    same().entryPoints[0]?.answers.find(({ requirement }) => requirement === "auth")?.answer;
  put(
    root,
    "app/api/note/route.ts",
    `import { prisma } from "@/lib/prisma";
import { check } from "@/lib/check";
export async function DELETE(request: Request) {
  check(request);
  await prisma.note.delete({ where: { id: (await request.json()).id } });
  return Response.json({});
}
`,
  );
  const before = isAuthenticated();
  put(root, "lib/check.ts", "export function check(request: Request) {}\n");
  const open = isAuthenticated();
  assert.notEqual(open, before);
  put(root, "src/lib/check.ts", 'export function check() {\n  throw new Error("nobody");\n}\n');
  put(root, "tsconfig.json", '{ "compilerOptions": { "paths": { "@/*": ["./src/*"] } } }');
  assert.notEqual(isAuthenticated(), open);
  put(root, "middleware.ts", 'export { auth as middleware } from "./lib/auth";\n');
  same();
  rmSync(path.join(root, "tsconfig.json"));
  assert.equal(same().entryPoints.length, 1);
});
