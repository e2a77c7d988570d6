import type { Rule } from "../rule.ts";

export const optionalSecret: Rule = {
  id: "fail-closed/optional-check",
  title: "The check runs only where a secret was configured",
  explanation:
    "`if (secret && given !== secret) deny()` asks for the credential only where a secret is set. It was " +
    "written for local work, and wherever the variable is forgotten, renamed or misspelt everybody is let " +
    "in without a word.\n\n" +
    "The auditor looks for refusals whose condition begins with the secret's presence and goes on with " +
    "the comparison with it, and for functions that say yes where there is none: `if (!secret) return true`.\n\n" +
    "It does not see a start-up check elsewhere that stops the process without the variable; such a check " +
    "makes the first half of the condition unnecessary, so leave it out.",
  cwe: [1188, 636],
  severity: "high",
  precision: "high",
  fix: "Refuse when there is no secret: `if (!secret || given !== secret) deny()`. Set one in development too.",
  bad: [
    {
      path: "src/revalidate.ts",
      code: `import { Hono } from "hono";
import { purgeCache } from "./cache";

export const routes = new Hono();

routes.post("/revalidate", async (c) => {
  const secret = process.env.REVALIDATE_SECRET;
  if (secret && c.req.header("x-revalidate-secret") !== secret) {
    return c.json({ error: "unauthorized" }, 401);
  }
  await purgeCache();
  return c.json({ ok: true });
});
`,
    },
    {
      path: "app/api/revalidate/route.ts",
      code: `import { revalidateTag } from "next/cache";
import { NextResponse } from "next/server";

export async function POST(request: Request) {
  const given = request.headers.get("x-revalidate-token");
  if (process.env.REVALIDATE_TOKEN && given !== process.env.REVALIDATE_TOKEN) {
    return NextResponse.json({ error: "unauthorized" }, { status: 401 });
  }
  revalidateTag("content");
  return NextResponse.json({ ok: true });
}
`,
    },
  ],
  good: [
    {
      path: "src/revalidate.ts",
      code: `import { Hono } from "hono";
import { purgeCache } from "./cache";

export const routes = new Hono();

routes.post("/revalidate", async (c) => {
  const secret = process.env.REVALIDATE_SECRET;
  if (!secret || c.req.header("x-revalidate-secret") !== secret) {
    return c.json({ error: "unauthorized" }, 401);
  }
  await purgeCache();
  return c.json({ ok: true });
});
`,
    },
    {
      path: "app/api/revalidate/route.ts",
      code: `import { revalidateTag } from "next/cache";
import { NextResponse } from "next/server";

export async function POST(request: Request) {
  const given = request.headers.get("x-revalidate-token");
  if (!process.env.REVALIDATE_TOKEN || given !== process.env.REVALIDATE_TOKEN) {
    return NextResponse.json({ error: "unauthorized" }, { status: 401 });
  }
  revalidateTag("content");
  return NextResponse.json({ ok: true });
}
`,
    },
  ],
};
