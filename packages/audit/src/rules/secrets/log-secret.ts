import type { Rule } from "../rule.ts";

export const logSecret: Rule = {
  id: "secrets/log-secret",
  title: "A secret is written to a log",
  explanation:
    "A password, a token, a provider's secret or a whole set of headers is written to a log or to an " +
    "error tracker. Logs are copied, kept for years and read by people and services that must not have " +
    "it; whoever reads them can use it.\n\n" +
    "The auditor looks at what is handed to loggers, `console`, error trackers and breadcrumbs, and at " +
    "where it comes from: columns and fields whose names say that they are secrets, variables of the " +
    "environment, what was decrypted, request headers and cookies as a whole. A part of it, its hash, its " +
    "length or whether it exists is fine.\n\n" +
    "It does not know a redaction that the logger is configured with, nor secrets under names that say " +
    "nothing.",
  cwe: [532],
  severity: "high",
  precision: "high",
  fix:
    "Log an id, a prefix or a hash of it, and name the fields to log one by one. Let the logger redact " +
    "known names as a second line. A secret that was logged is replaced, not only deleted.",
  bad: [
    {
      path: "src/routes/login.ts",
      code: `import { Router } from "express";
import { z } from "zod";
import { logger } from "../logger";
import { signIn } from "../sign-in";

const credentials = z.object({ email: z.string().email(), password: z.string().min(1) });

export const login = Router();

login.post("/login", async (req, res) => {
  const parsed = credentials.safeParse(req.body);
  if (!parsed.success) return res.status(400).json({ error: "invalid input" });
  logger.info({ email: parsed.data.email, password: parsed.data.password }, "sign-in");
  const session = await signIn(parsed.data.email, parsed.data.password);
  if (!session) return res.status(401).json({ error: "unauthorized" });
  res.cookie("session", session.id, { httpOnly: true, secure: true, sameSite: "lax" });
  return res.status(204).end();
});
`,
    },
    {
      path: "src/proxy-completions.ts",
      code: `import { Hono } from "hono";
import { forward } from "./forward";
import { logger } from "./logger";
import { sessionAuth, type AppEnv } from "./session-auth";

export const routes = new Hono<AppEnv>().use(sessionAuth);

routes.get("/completions/:id", async (c) => {
  logger.debug({ headers: c.req.header() }, "forwarding");
  return forward(c.req.raw);
});
`,
    },
    {
      path: "app/api/integrations/[id]/sync/route.ts",
      code: `import { NextResponse } from "next/server";
import { auth } from "@/auth";
import { logger } from "@/lib/logger";
import { prisma } from "@/lib/prisma";
import { syncIntegration } from "@/lib/sync";

export async function POST(_request: Request, { params }: { params: Promise<{ id: string }> }) {
  const session = await auth();
  if (!session?.user) return NextResponse.json({ error: "unauthorized" }, { status: 401 });
  const { id } = await params;
  const integration = await prisma.integration.findFirst({ where: { id, orgId: session.user.orgId } });
  if (!integration) return NextResponse.json({ error: "not found" }, { status: 404 });
  logger.info(\`syncing \${integration.id} with \${integration.accessToken}\`);
  await syncIntegration(integration.id);
  return NextResponse.json({ ok: true });
}
`,
    },
  ],
  good: [
    {
      path: "src/routes/login.ts",
      code: `import { Router } from "express";
import { z } from "zod";
import { logger } from "../logger";
import { signIn } from "../sign-in";

const credentials = z.object({ email: z.string().email(), password: z.string().min(1) });

export const login = Router();

login.post("/login", async (req, res) => {
  const parsed = credentials.safeParse(req.body);
  if (!parsed.success) return res.status(400).json({ error: "invalid input" });
  logger.info({ email: parsed.data.email }, "sign-in");
  const session = await signIn(parsed.data.email, parsed.data.password);
  if (!session) return res.status(401).json({ error: "unauthorized" });
  res.cookie("session", session.id, { httpOnly: true, secure: true, sameSite: "lax" });
  return res.status(204).end();
});
`,
    },
    {
      path: "src/proxy-completions.ts",
      code: `import { Hono } from "hono";
import { forward } from "./forward";
import { logger } from "./logger";
import { sessionAuth, type AppEnv } from "./session-auth";

export const routes = new Hono<AppEnv>().use(sessionAuth);

routes.get("/completions/:id", async (c) => {
  logger.debug({ requestId: c.req.header("x-request-id") }, "forwarding");
  return forward(c.req.raw);
});
`,
    },
    {
      path: "app/api/integrations/[id]/sync/route.ts",
      code: `import { NextResponse } from "next/server";
import { auth } from "@/auth";
import { logger } from "@/lib/logger";
import { prisma } from "@/lib/prisma";
import { syncIntegration } from "@/lib/sync";

export async function POST(_request: Request, { params }: { params: Promise<{ id: string }> }) {
  const session = await auth();
  if (!session?.user) return NextResponse.json({ error: "unauthorized" }, { status: 401 });
  const { id } = await params;
  const integration = await prisma.integration.findFirst({ where: { id, orgId: session.user.orgId } });
  if (!integration) return NextResponse.json({ error: "not found" }, { status: 404 });
  logger.info({ id: integration.id, begins: integration.accessToken.slice(0, 6) }, "syncing");
  await syncIntegration(integration.id);
  return NextResponse.json({ ok: true });
}
`,
    },
  ],
};
