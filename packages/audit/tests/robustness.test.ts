import assert from "node:assert/strict";
import { chmodSync, mkdirSync } from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import { AuditError } from "../src/audit-error.ts";
import type { AuditResult } from "../src/findings/finding.ts";
import { auditFiles, auditFolder, inFolderOf } from "./support/audit-files.ts";
import { CHECKED } from "./support/hostile-checks.ts";
import { HostileAudit } from "./support/hostile-audit.ts";
import { TEXTS } from "./support/hostile-texts.ts";
import { CONTENT, DEPTH, FLAT, LINKING, LINKS, open, WORK, type HostileTree } from "./support/hostile-trees.ts";

/** Beside what is hostile stands a handler anybody may call: it must be found all the same. */
const PLAIN = "app/api/plain/[id]/route.ts";
const hostile = new HostileAudit();
after(() => hostile[Symbol.asyncDispose]());

for (const tree of [...CONTENT, ...LINKS, ...DEPTH, ...FLAT, ...WORK, ...LINKING, ...TEXTS, ...CHECKED]) {
  test(`${tree.name}: said where it keeps something from being judged, and the rest is judged`, async () => {
    const result = await inFolderOf([{ path: PLAIN, text: open("") }], async (root) => {
      tree.make(root);
      return await hostile.audit(root);
    });
    assert.ok(isReported(result, PLAIN), "the handler beside it is found");
    assertSaid(tree, result);
  });
}

function assertSaid({ diagnostics, hole }: HostileTree, result: AuditResult): void {
  const said = Object.fromEntries(result.diagnostics.map(({ file, kind }) => [file, kind]));
  if (diagnostics !== undefined) assert.deepEqual(said, diagnostics);
  else if (hole === undefined) assert.deepEqual(said, {});
  for (const { message, line } of result.diagnostics) assert.ok(line >= 1 && message.length > 5);
  if (hole === undefined) return;
  const unknown = result.entryPoints.some(
    ({ location, answers }) => location.file === hole && answers.some(({ answer }) => answer === "unknown"),
  );
  assert.ok(
    isReported(result, hole) || hole in said || unknown,
    `${hole} holds a violation: ${JSON.stringify({ said, entryPoints: result.entryPoints.length })}`,
  );
}

function isReported(result: AuditResult, file: string): boolean {
  return result.findings.some(({ location }) => location.file === file);
}

test("a generated bundle is named and gives no finding, and what stands beside it is judged", () => {
  const minified = `var a=function(e){return e.query("select "+e.id)};`.repeat(2_000);
  const result = auditFiles([
    { path: "public/app.js", text: minified },
    { path: PLAIN, text: open("") },
  ]);
  assert.deepEqual(
    result.diagnostics.map(({ file, kind }) => [file, kind]),
    [["public/app.js", "limit"]],
  );
  assert.deepEqual([...new Set(result.findings.map(({ location }) => location.file))], [PLAIN]);
});

test(
  "an unreadable folder is named, and the rest is judged",
  { skip: process.getuid?.() === 0 && "root reads all" },
  () => {
    const result = inFolderOf([{ path: PLAIN, text: open("") }], (root) => {
      const closed = path.join(root, "closed");
      mkdirSync(closed);
      chmodSync(closed, 0);
      try {
        return auditFolder(root);
      } finally {
        chmodSync(closed, 0o700);
      }
    });
    assert.deepEqual(
      result.diagnostics.map(({ file, kind }) => [file, kind]),
      [["closed", "unreadable"]],
    );
    assert.ok(isReported(result, PLAIN));
  },
);

test("an empty tree is complete and holds nothing", () => {
  const { files, entryPoints, findings, diagnostics } = auditFiles([]);
  assert.deepEqual(
    { files, entryPoints, findings, diagnostics },
    { files: 0, entryPoints: [], findings: [], diagnostics: [] },
  );
});

test("what is no folder is refused by its code", () => {
  inFolderOf([{ path: "file.ts", text: "" }], (root) => {
    for (const wrong of ["file.ts", "gone"])
      assert.throws(
        () => auditFolder(path.join(root, wrong)),
        (error) => error instanceof AuditError && error.code === "not_a_folder",
      );
  });
});

test("what follows a call that is too large to be followed to its end is judged", () => {
  const steps = Array.from({ length: 3_000 }, (_, at) => `  items.push(prepare(body.part${at}));`).join("\n");
  const result = auditFiles([
    {
      path: "app/api/orders/[id]/route.ts",
      text: `import { auth } from "@/auth";
import { prisma } from "@/lib/prisma";

function prepare(part) {
  return { part, at: Date.now() };
}

function unpack(body) {
  const items = [];
${steps}
  return items;
}

export async function POST(request, { params }) {
  const session = await auth();
  if (!session?.user) return Response.json({}, { status: 401 });
  const items = unpack(await request.json());
  await prisma.order.delete({ where: { id: params.id } });
  return Response.json({ items });
}
`,
    },
  ]);
  assert.deepEqual(
    result.findings.map(({ rule }) => rule),
    ["tenant/unscoped-query"],
  );
  const [entry] = result.entryPoints;
  assert.ok(
    entry?.answers.every(({ answer }) => answer !== "proved"),
    "what was not seen to its end proves nothing",
  );
});
