import type { Rule } from "../rule.ts";

export const returnSecret: Rule = {
  id: "secrets/return-secret",
  title: "A secret is sent to the client",
  explanation:
    "An answer holds a column that is a secret: a password's hash, an integration's token, the " +
    "environment. It need not be shown on any page: whoever opens the browser's network view, or anybody " +
    "the answer is cached for, has it.\n\n" +
    "The auditor looks for secret columns in what is answered, by name or because a whole row is answered " +
    "of a model that has such a column in a Prisma schema of the repository, or of a table into which the " +
    "same file writes it as it was made, and for variables of the environment. A secret that is made and shown once, where it is made, is fine.\n\n" +
    "It does not know the columns of tables that no Prisma schema describes, when whole rows are " +
    "answered, nor a serialiser that is configured elsewhere to leave them out.",
  cwe: [200, 522],
  severity: "high",
  precision: "medium",
  fix:
    "Name the columns that are read (`select`), leave the secret among those that are not, and answer a " +
    "prefix or whether one is set. Keep the secret in a type that does not serialise.",
  bad: [
    {
      path: "app/api/integrations/route.ts",
      code: `import { NextResponse } from "next/server";
import { auth } from "@/auth";
import { prisma } from "@/lib/prisma";

export async function GET() {
  const session = await auth();
  if (!session?.user) return NextResponse.json({ error: "unauthorized" }, { status: 401 });
  const integrations = await prisma.integration.findMany({
    where: { orgId: session.user.orgId },
    select: { id: true, provider: true, accessToken: true },
  });
  return NextResponse.json(integrations);
}
`,
    },
    {
      path: "src/routes/diagnostics.ts",
      code: `import { Router } from "express";
import { requireUser } from "../middleware/require-user";

export const diagnostics = Router();

diagnostics.get("/diagnostics", requireUser, (_req, res) => {
  res.json({ uptime: process.uptime(), environment: process.env });
});
`,
    },
  ],
  good: [
    {
      path: "app/api/integrations/route.ts",
      code: `import { NextResponse } from "next/server";
import { auth } from "@/auth";
import { prisma } from "@/lib/prisma";

export async function GET() {
  const session = await auth();
  if (!session?.user) return NextResponse.json({ error: "unauthorized" }, { status: 401 });
  const integrations = await prisma.integration.findMany({
    where: { orgId: session.user.orgId },
    select: { id: true, provider: true, connectedAt: true },
  });
  return NextResponse.json(integrations);
}
`,
    },
    {
      path: "src/routes/diagnostics.ts",
      code: `import { Router } from "express";
import { requireUser } from "../middleware/require-user";

export const diagnostics = Router();

diagnostics.get("/diagnostics", requireUser, (_req, res) => {
  res.json({ uptime: process.uptime(), environment: process.env.NODE_ENV });
});
`,
    },
  ],
};
