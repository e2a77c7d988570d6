import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { STEPS } from "./audit-steps.ts";

/** One of the kinds of file a grown application is made of; `share` of a hundred. */
interface Kind {
  readonly share: number;
  readonly file: (at: number) => string;
  readonly text: (at: number) => string;
}

const MODELS = ["invoice", "project", "document", "contact", "shipment", "ticket", "campaign", "device"] as const;
const model = (at: number): string => MODELS[at % MODELS.length] ?? "invoice";
const Model = (at: number): string => model(at).charAt(0).toUpperCase() + model(at).slice(1);

/**
 * Writes a repository of `count` files, the same every time: Next.js routes, server actions, Express routers, tRPC
 * routers, services, components and types that import one another. Every tenth handler lacks a guard.
 */
export function writeRepository(folder: string, count: number): void {
  const put = (file: string, text: string): void => {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), text);
  };
  for (const [file, text] of Object.entries(FIXED)) put(file, text);
  let written = Object.keys(FIXED).length;
  for (let round = 0; written < count; round += 1) {
    for (const kind of KINDS) {
      for (let one = 0; one < kind.share && written < count; one += 1) {
        const at = round * 100 + one;
        put(kind.file(at), kind.text(at));
        written += 1;
      }
    }
  }
}

const FIXED: Readonly<Record<string, string>> = {
  "package.json": '{ "name": "bench", "private": true, "dependencies": { "next": "16.0.0", "express": "5.1.0" } }\n',
  "tsconfig.json":
    '{ "extends": "@acme/tsconfig/next.json", "compilerOptions": { "paths": { "@/*": ["./src/*"] } } }\n',
  "src/lib/prisma.ts": `import { PrismaClient } from "@prisma/client";\nexport const prisma = new PrismaClient();\n`,
  "src/lib/errors.ts": `export class HttpError extends Error {\n  readonly status: number;\n  constructor(status: number, message: string) {\n    super(message);\n    this.status = status;\n  }\n}\n`,
  "src/lib/session.ts": `import { getServerSession } from "next-auth";
import { authOptions } from "./auth-options";
import { HttpError } from "./errors";

export async function requireSession() {
  const session = await getServerSession(authOptions);
  if (!session?.user?.organizationId) throw new HttpError(401, "Sign in first");
  return session;
}
`,
  "src/server/middleware/require-user.ts": `import type { NextFunction, Request, Response } from "express";
import { jwtVerify } from "jose";

const secret = new TextEncoder().encode(process.env.JWT_SECRET);

export async function requireUser(req: Request, res: Response, next: NextFunction) {
  try {
    const { payload } = await jwtVerify(String(req.headers.authorization).slice(7), secret);
    req.user = { id: String(payload.sub), orgId: String(payload.org) };
  } catch {
    return void res.status(401).json({ error: "unauthorised" });
  }
  next();
}
`,
  "src/workflows/steps.ts": STEPS,
  "src/server/trpc.ts": `import { initTRPC, TRPCError } from "@trpc/server";

const t = initTRPC.context<{ session: { user: { id: string; orgId: string } } | null }>().create();
export const router = t.router;
export const protectedProcedure = t.procedure.use(({ ctx, next }) => {
  if (!ctx.session) throw new TRPCError({ code: "UNAUTHORIZED" });
  return next({ ctx: { user: ctx.session.user } });
});
`,
};

const KINDS: readonly Kind[] = [
  {
    share: 18,
    file: (at) => `src/app/api/v${at % 7}/${model(at)}s-${at}/[id]/route.ts`,
    text: (at) => `import { NextResponse, type NextRequest } from "next/server";
import { z } from "zod";
import { prisma } from "@/lib/prisma";
import { HttpError } from "@/lib/errors";
import { requireSession } from "@/lib/session";
import { describe${Model(at)}${at % 100} } from "@/services/${model(at)}-${at % 100}";

const change = z.object({ title: z.string().trim().min(1).max(200), note: z.string().max(2000).optional() }).strict();
interface Context { params: Promise<{ id: string }> }

export async function GET(_request: NextRequest, { params }: Context) {
  const session = await requireSession();
  const { id } = await params;
  const found = await prisma.${model(at)}.findFirst({
    where: { id${at % 10 === 0 ? "" : ", organizationId: session.user.organizationId"} },
    include: { owner: { select: { id: true, name: true } } },
  });
  if (!found) return NextResponse.json({ error: "Not found" }, { status: 404 });
  return NextResponse.json(describe${Model(at)}${at % 100}(found));
}

export async function PATCH(request: NextRequest, { params }: Context) {
  try {
    const session = await requireSession();
    const { id } = await params;
    const body = change.safeParse(await request.json());
    if (!body.success) return NextResponse.json({ error: body.error.flatten() }, { status: 400 });
    const { count } = await prisma.${model(at)}.updateMany({
      where: { id, organizationId: session.user.organizationId },
      data: { title: body.data.title, note: body.data.note ?? null },
    });
    if (count === 0) throw new HttpError(404, "Not found");
    return new NextResponse(null, { status: 204 });
  } catch (error) {
    if (error instanceof HttpError) return NextResponse.json({ error: error.message }, { status: error.status });
    throw error;
  }
}
`,
  },
  {
    share: 10,
    file: (at) => `src/actions/${model(at)}-${at}.ts`,
    text: (at) => `"use server";

import { revalidatePath } from "next/cache";
import { z } from "zod";
import { prisma } from "@/lib/prisma";
import { requireSession } from "@/lib/session";
import { notify${Model(at)}${at % 100} } from "@/services/${model(at)}-${at % 100}";
${at % 5 === 0 ? `import { run${Model(at % 4)}${at % 4} } from "@/workflows/${model(at % 4)}-${at % 4}-0";` : ""}

const input = z.object({ id: z.string().cuid(), title: z.string().max(120) });

export async function rename${Model(at)}(raw: unknown) {
  const session = await requireSession();
  const { id, title } = input.parse(raw);
  const found = await prisma.${model(at)}.findUnique({ where: { id } });
  if (!found || found.organizationId !== session.user.organizationId) return { error: "Not found" };
  await prisma.${model(at)}.update({ where: { id: found.id }, data: { title } });
  await notify${Model(at)}${at % 100}(found.id, session.user.id);
  ${at % 5 === 0 ? `await run${Model(at % 4)}${at % 4}(found.id, session.user.organizationId);` : ""}
  revalidatePath("/${model(at)}s");
  return { error: null };
}

export async function archive${Model(at)}(id: string) {
  ${at % 10 === 0 ? "" : "const session = await requireSession();"}
  await prisma.${model(at)}.updateMany({ where: { id${at % 10 === 0 ? "" : ", organizationId: session.user.organizationId"} }, data: { archivedAt: new Date() } });
}
`,
  },
  {
    share: 8,
    file: (at) => `src/server/routes/${model(at)}-${at}.ts`,
    text: (at) => `import { Router } from "express";
import { z } from "zod";
import { pool } from "../pool";
import { requireUser } from "../middleware/require-user";

export const ${model(at)}Router${at} = Router();
const body = z.object({ name: z.string().min(1), state: z.enum(["open", "closed"]) });

${model(at)}Router${at}.use(requireUser);
${["get", "put", "delete"]
  .map(
    (method) => `
${model(at)}Router${at}.${method}("/:id", async (req, res, next) => {
  try {
    ${method === "put" ? "const { name, state } = body.parse(req.body);" : ""}
    const { rows } = await pool.query(
      "${method === "get" ? `select id, name, state from ${model(at)}s where id = $1 and org_id = $2` : method === "put" ? `update ${model(at)}s set name = $3, state = $4 where id = $1 and org_id = $2 returning id` : `delete from ${model(at)}s where id = $1 and org_id = $2 returning id`}",
      [req.params.id, req.user.orgId${method === "put" ? ", name, state" : ""}],
    );
    if (rows.length === 0) return res.sendStatus(404);
    res.json(rows[0]);
  } catch (error) {
    next(error);
  }
});`,
  )
  .join("\n")}
`,
  },
  {
    share: 6,
    file: (at) => `src/server/routers/${model(at)}-${at}.ts`,
    text: (at) => `import { TRPCError } from "@trpc/server";
import { z } from "zod";
import { prisma } from "../../lib/prisma";
import { protectedProcedure, router } from "../trpc";

export const ${model(at)}Router = router({
  list: protectedProcedure
    .input(z.object({ cursor: z.string().optional(), limit: z.number().int().max(100).default(20) }))
    .query(async ({ ctx, input }) => {
      const rows = await prisma.${model(at)}.findMany({
        where: { organizationId: ctx.user.orgId },
        take: input.limit + 1,
        cursor: input.cursor ? { id: input.cursor } : undefined,
      });
      return { rows: rows.slice(0, input.limit), next: rows[input.limit]?.id ?? null };
    }),
  remove: protectedProcedure.input(z.object({ id: z.string() })).mutation(async ({ ctx, input }) => {
    const row = await prisma.${model(at)}.findUnique({ where: { id: input.id } });
    if (row?.organizationId !== ctx.user.orgId) throw new TRPCError({ code: "NOT_FOUND" });
    await prisma.${model(at)}.delete({ where: { id: row.id } });
  }),
});
`,
  },
  {
    share: 18,
    file: (at) => `src/services/${model(at)}-${at}.ts`,
    text: (at) => `import { prisma } from "@/lib/prisma";
import type { ${Model(at)}View${at} } from "@/types/${model(at)}-${at}";

const LABELS: Record<string, string> = { open: "Open", closed: "Closed", archived: "Archived", draft: "Draft" };

export function describe${Model(at)}${at}(row: Record<string, any>): ${Model(at)}View${at} {
  const days = Math.floor((Date.now() - new Date(row.createdAt).getTime()) / 86_400_000);
  return {
    id: row.id,
    title: row.title ?? "Untitled",
    state: LABELS[row.state] ?? row.state,
    age: days === 0 ? "today" : days === 1 ? "yesterday" : \`\${days} days ago\`,
    tags: (row.tags ?? []).map((tag: { name: string }) => tag.name.trim().toLowerCase()).filter(Boolean),
  };
}

export async function notify${Model(at)}${at}(id: string, userId: string) {
  const watchers = await prisma.watcher.findMany({ where: { subjectId: id, NOT: { userId } } });
  for (const watcher of watchers) {
    if (watcher.muted) continue;
    try {
      await prisma.notification.create({ data: { userId: watcher.userId, subjectId: id, kind: "${model(at)}.changed" } });
    } catch (error) {
      console.error("notification failed", { watcher: watcher.id });
    }
  }
}
`,
  },
  {
    share: 4,
    file: (at) => `src/workflows/${model(at)}-${at % 100}-${Math.floor(at / 100)}.ts`,
    text: (at) => `import { prisma } from "@/lib/prisma";
import { runAll } from "./steps";
${at % 100 === 3 ? "" : `import { run${Model(at + 1)}${(at + 1) % 100} } from "./${model(at + 1)}-${(at + 1) % 100}-${Math.floor(at / 100)}";`}

export async function run${Model(at)}${at % 100}(id: string, organizationId: string) {
  const found = await prisma.workflow.findFirst({ where: { id, organizationId }, include: { items: true } });
  if (!found) return null;
  const counted = await runAll(found.items, organizationId, found.defaults);
  for (const next of found.nextIds) {
    if (counted.failed) break;
    ${at % 100 === 3 ? "console.info(next);" : `await run${Model(at + 1)}${(at + 1) % 100}(next, organizationId);`}
  }
  return counted;
}
`,
  },
  {
    share: 24,
    file: (at) => `src/components/${model(at)}-${at}.tsx`,
    text: (at) => `"use client";

import { useEffect, useState } from "react";
import type { ${Model(at)}View${at} } from "@/types/${model(at)}-${at}";

interface Props { items: ${Model(at)}View${at}[]; onRemove(id: string): void }

export function ${Model(at)}List${at}({ items, onRemove }: Props) {
  const [query, setQuery] = useState("");
  const [open, setOpen] = useState<string | null>(null);
  useEffect(() => {
    const close = (event: KeyboardEvent) => event.key === "Escape" && setOpen(null);
    window.addEventListener("keydown", close);
    return () => window.removeEventListener("keydown", close);
  }, []);
  const shown = items.filter((item) => item.title.toLowerCase().includes(query.toLowerCase()));
  return (
    <section className="flex flex-col gap-4">
      <input value={query} onChange={(event) => setQuery(event.target.value)} placeholder="Search" />
      {shown.length === 0 ? <p>Nothing found.</p> : null}
      <ul>
        {shown.map((item) => (
          <li key={item.id} data-open={open === item.id}>
            <button type="button" onClick={() => setOpen(open === item.id ? null : item.id)}>{item.title}</button>
            <span>{item.state} · {item.age}</span>
            {open === item.id && <button type="button" onClick={() => onRemove(item.id)}>Remove</button>}
          </li>
        ))}
      </ul>
    </section>
  );
}
`,
  },
  {
    share: 12,
    file: (at) => `src/types/${model(at)}-${at}.ts`,
    text: (at) => `export type ${Model(at)}State${at} = "open" | "closed" | "archived" | "draft";

export interface ${Model(at)}View${at} {
  id: string;
  title: string;
  state: string;
  age: string;
  tags: string[];
}

export const ${model(at).toUpperCase()}_${at}_COLUMNS = ["id", "title", "state", "age", "tags"] as const;
`,
  },
];
