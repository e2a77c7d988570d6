import assert from "node:assert/strict";
import { test } from "node:test";
import type { Answer } from "../../src/findings/finding.ts";
import { auditFiles, type TestFile } from "../support/audit-files.ts";

const STORE: TestFile = {
  path: "lib/store.ts",
  text: `class Store {
  user: { id: string } | null = null;
}
export const store = new Store();
`,
};
const SETS: TestFile = {
  path: "app/api/a/route.ts",
  text: `import { getServerSession } from "next-auth";
import { store } from "@/lib/store";
export async function POST() {
  const session = await getServerSession();
  if (!session?.user) return new Response(null, { status: 401 });
  store.user = session.user;
  return Response.json({});
}
`,
};
const READS: TestFile = {
  path: "app/api/b/route.ts",
  text: `import { prisma } from "@/lib/prisma";
import { store } from "@/lib/store";
export async function DELETE(request: Request) {
  const { id } = await request.json();
  if (!store.user) return new Response(null, { status: 401 });
  await prisma.note.delete({ where: { id, ownerId: store.user.id } });
  return Response.json({});
}
`,
};

function answersOf(files: readonly TestFile[], file: string): readonly (readonly Answer[])[] {
  return auditFiles(files)
    .entryPoints.filter(({ location }) => location.file === file)
    .map(({ answers }) => answers);
}

test("what one entry point leaves in an object of a file's top is not known of the next", () => {
  const alone = answersOf([STORE, READS], READS.path);
  assert.equal(alone.length, 1);
  assert.deepEqual(answersOf([STORE, SETS, READS], READS.path), alone);
});
