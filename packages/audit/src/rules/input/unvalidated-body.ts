import type { Rule } from "../rule.ts";

export const unvalidated: Rule = {
  id: "input/unvalidated-body",
  title: "A body goes on as it came",
  explanation:
    "What the client sent is stored or handed on, and nothing has looked at it: no schema, no test of a " +
    "type, no refusal. Types of TypeScript are gone at run time. Wrong types break what reads the row " +
    "later, long texts fill the table, and objects where texts are expected reach places that give them a " +
    "meaning.\n\n" +
    "The auditor looks for a field of the body in a query's data or in a call with an effect, in a " +
    "handler in which no part of the body is validated, tested or converted. A string of the path or the " +
    "query that only looks a row up needs no schema.\n\n" +
    "It does not judge how strict a schema is, and takes validation in middleware that it cannot find for " +
    "unknown.",
  cwe: [20],
  severity: "medium",
  precision: "high",
  fix:
    "Parse the body with a schema where the handler begins (zod, valibot, a framework's validator), " +
    "answer 400 when it does not fit, and use only what the parser answers.",
  bad: [
    {
      path: "app/api/notes/route.ts",
      code: `import { NextResponse } from "next/server";
import { auth } from "@/auth";
import { prisma } from "@/lib/prisma";

export async function POST(request: Request) {
  const session = await auth();
  if (!session?.user) return NextResponse.json({ error: "unauthorized" }, { status: 401 });
  const { title, text } = await request.json();
  const note = await prisma.note.create({ data: { title, text, userId: session.user.id } });
  return NextResponse.json({ id: note.id }, { status: 201 });
}
`,
    },
    {
      path: "src/routes/labels.ts",
      code: `import type { FastifyInstance } from "fastify";
import { db } from "../db";
import { requireUser } from "../require-user";

export async function labelRoutes(app: FastifyInstance) {
  app.addHook("preHandler", requireUser);

  app.post("/labels", async (request, reply) => {
    const { name, colour } = request.body as { name: string; colour: string };
    const label = await db.label.create({ data: { name, colour, orgId: request.user.orgId } });
    return reply.code(201).send({ id: label.id });
  });
}
`,
    },
  ],
  good: [
    {
      path: "app/api/notes/route.ts",
      code: `import { NextResponse } from "next/server";
import { z } from "zod";
import { auth } from "@/auth";
import { prisma } from "@/lib/prisma";

const note = z.object({ title: z.string().min(1).max(200), text: z.string().max(20_000) });

export async function POST(request: Request) {
  const session = await auth();
  if (!session?.user) return NextResponse.json({ error: "unauthorized" }, { status: 401 });
  const parsed = note.safeParse(await request.json());
  if (!parsed.success) return NextResponse.json({ error: "invalid input" }, { status: 400 });
  const { title, text } = parsed.data;
  const created = await prisma.note.create({ data: { title, text, userId: session.user.id } });
  return NextResponse.json({ id: created.id }, { status: 201 });
}
`,
    },
    {
      path: "src/routes/labels.ts",
      code: `import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { db } from "../db";
import { requireUser } from "../require-user";

const labelBody = z.object({ name: z.string().min(1).max(50), colour: z.string().regex(/^#[0-9a-f]{6}$/) });

export async function labelRoutes(app: FastifyInstance) {
  app.addHook("preHandler", requireUser);

  app.post("/labels", async (request, reply) => {
    const parsed = labelBody.safeParse(request.body);
    if (!parsed.success) return reply.code(400).send({ error: "invalid input" });
    const { name, colour } = parsed.data;
    const label = await db.label.create({ data: { name, colour, orgId: request.user.orgId } });
    return reply.code(201).send({ id: label.id });
  });
}
`,
    },
  ],
};
