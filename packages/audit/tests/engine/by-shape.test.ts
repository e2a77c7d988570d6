import assert from "node:assert/strict";
import { test } from "node:test";
import { auditFiles } from "../support/audit-files.ts";

const WRITES = `await prisma.banner.update({ where: { id: "front" }, data: { shown: false } });`;
const HANDLER = `import { NextRequest, NextResponse } from "next/server";
import { prisma } from "@/lib/prisma";
export async function POST(request: NextRequest) {
  ${WRITES}
  return NextResponse.json({ done: true });
}
`;
const rules = (files: Readonly<Record<string, string>>): string[] =>
  auditFiles(Object.entries(files).map(([path, text]) => ({ path, text }))).findings.map(({ rule }) => rule);

test("an App Router handler is judged wherever its file stands", () => {
  assert.deepEqual(rules({ "features/banner/hide.ts": HANDLER }), ["auth/missing-authentication"]);
});

test("a Pages API handler is judged wherever its file stands", () => {
  const handler = `import type { NextApiRequest, NextApiResponse } from "next";
import { prisma } from "@/lib/prisma";
export default async function hide(req: NextApiRequest, res: NextApiResponse) {
  ${WRITES}
  res.json({ done: true });
}
`;
  assert.deepEqual(rules({ "features/banner/hide.ts": handler }), ["auth/missing-authentication"]);
});

test("a page is judged wherever its file stands", () => {
  const page = `import { auth } from "@/auth";
import { prisma } from "@/lib/prisma";
export default async function Invoice({ params }: { params: Promise<{ id: string }> }) {
  const session = await auth();
  if (!session?.user) return null;
  const { id } = await params;
  const invoice = await prisma.invoice.findUnique({ where: { id } });
  return <p>{invoice.total}</p>;
}
`;
  assert.deepEqual(rules({ "billing/invoice.tsx": page }), ["tenant/unscoped-query"]);
});

test("a handler that a route wraps is judged as the route has it", () => {
  const route = `import { withSession } from "@/lib/with-session";
import { POST as hide } from "../../../features/banner/hide";
export const POST = withSession(hide);
`;
  assert.deepEqual(rules({ "features/banner/hide.ts": HANDLER, "app/api/banner/route.ts": route }), []);
});

test("a route is found whatever its type arguments hold", () => {
  const plugin = `import type { FastifyPluginAsync } from "fastify";
import { Type, type Static } from "@sinclair/typebox";
import { prisma } from "../prisma";
const Params = Type.Object({ id: Type.String() });
export const cards: FastifyPluginAsync = async (app) => {
  app.addHook("onRequest", app.authenticate);
  app.delete<{ Params: Static<typeof Params> }>("/cards/:id", async (request, reply) => {
    await prisma.card.delete({ where: { id: request.params.id } });
    return reply.code(204).send();
  });
};
`;
  assert.deepEqual(rules({ "src/cards.ts": plugin }), ["tenant/unscoped-query"]);
});
