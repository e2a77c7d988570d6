import type { Rule } from "../rule.ts";

export const unsetSecret: Rule = {
  id: "fail-closed/unset-secret",
  title: "A secret that is not set lets everybody in",
  explanation:
    "A credential of the request is compared with a variable of the environment that may be unset. A " +
    "header that is not sent equals a variable that is not set (`undefined === undefined`), and `Bearer " +
    "${process.env.SECRET}` becomes the text `Bearer undefined`, which anybody can send. One forgotten " +
    "variable in a preview deployment opens the door, and no error is seen.\n\n" +
    "The auditor looks for such comparisons on a path where nothing has shown that the variable is set. " +
    "It knows that `headers.get()` of the Web answers null, which is not equal to `undefined`, and that a " +
    "variable checked at start-up is set.\n\n" +
    "It does not see what the deployment really sets.",
  cwe: [636, 287],
  severity: "high",
  precision: "high",
  fix:
    "Refuse when the secret is missing (`if (!secret || given !== secret)`), or read it once at start-up " +
    "and stop when it is not there. Compare in constant time.",
  bad: [
    {
      path: "app/api/cron/digest/route.ts",
      code: `import { NextResponse } from "next/server";
import { sendDigests } from "@/lib/digests";

export async function GET(request: Request) {
  if (request.headers.get("authorization") !== \`Bearer \${process.env.CRON_SECRET}\`) {
    return NextResponse.json({ error: "unauthorized" }, { status: 401 });
  }
  await sendDigests();
  return NextResponse.json({ ok: true });
}
`,
    },
    {
      path: "src/routes/internal.ts",
      code: `import { Router } from "express";
import { rebuildSearchIndex } from "../search";

export const internal = Router();

internal.post("/internal/reindex", async (req, res) => {
  if (req.headers["x-internal-secret"] !== process.env.INTERNAL_SECRET) {
    return res.status(401).json({ error: "unauthorized" });
  }
  await rebuildSearchIndex();
  return res.status(202).json({ status: "started" });
});
`,
    },
  ],
  good: [
    {
      path: "app/api/cron/digest/route.ts",
      code: `import { NextResponse } from "next/server";
import { sendDigests } from "@/lib/digests";

export async function GET(request: Request) {
  const secret = process.env.CRON_SECRET;
  if (!secret || request.headers.get("authorization") !== \`Bearer \${secret}\`) {
    return NextResponse.json({ error: "unauthorized" }, { status: 401 });
  }
  await sendDigests();
  return NextResponse.json({ ok: true });
}
`,
    },
    {
      path: "src/routes/internal.ts",
      code: `import { Router } from "express";
import { rebuildSearchIndex } from "../search";

export const internal = Router();

internal.post("/internal/reindex", async (req, res) => {
  const secret = process.env.INTERNAL_SECRET;
  if (!secret || req.headers["x-internal-secret"] !== secret) {
    return res.status(401).json({ error: "unauthorized" });
  }
  await rebuildSearchIndex();
  return res.status(202).json({ status: "started" });
});
`,
    },
    {
      path: "src/routes/maintenance.ts",
      code: `import { Router } from "express";
import { rebuildSearchIndex } from "../search";

const secret = process.env.INTERNAL_SECRET;
if (!secret) throw new Error("INTERNAL_SECRET is required");

export const maintenance = Router();

maintenance.post("/maintenance/reindex", async (req, res) => {
  if (req.headers["x-internal-secret"] !== secret) return res.status(401).json({ error: "unauthorized" });
  await rebuildSearchIndex();
  return res.status(202).json({ status: "started" });
});
`,
    },
  ],
};
