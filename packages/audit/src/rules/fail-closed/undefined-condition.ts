import type { Rule } from "../rule.ts";

export const undefinedCondition: Rule = {
  id: "fail-closed/undefined-condition",
  title: "A condition that may be undefined finds anybody's row",
  explanation:
    "Prisma and TypeORM leave a condition out when its value is undefined. Where what should find one row (the " +
    "digest of a key, the caller's id) is undefined for a stranger, the statement asks for any row at all, and " +
    "the first one there is counts for the stranger's own: a request without a key is let in as somebody.\n\n" +
    "Reported where the value is undefined on a path that reaches the statement, and it stands for a " +
    "credential or a caller.",
  cwe: [287, 755],
  severity: "critical",
  precision: "high",
  fix: "Refuse before asking: `if (!key) return 401`. Never hand a query a value that may be missing.",
  bad: [
    {
      path: "app/api/v1/events/route.ts",
      code: `import { createHash } from "node:crypto";
import { prisma } from "@/lib/prisma";

const hash = (value: string | null) => (value ? createHash("sha256").update(value).digest("hex") : undefined);

export async function POST(request: Request) {
  const key = await prisma.apiKey.findFirst({
    where: { digest: hash(request.headers.get("x-api-key")), revokedAt: null },
    select: { projectId: true },
  });
  if (!key) return new Response(null, { status: 401 });
  await prisma.event.create({ data: { projectId: key.projectId } });
  return new Response(null, { status: 202 });
}
`,
    },
  ],
  good: [
    {
      path: "app/api/v1/events/route.ts",
      code: `import { createHash } from "node:crypto";
import { prisma } from "@/lib/prisma";

const hash = (value: string) => createHash("sha256").update(value).digest("hex");

export async function POST(request: Request) {
  const given = request.headers.get("x-api-key");
  if (!given) return new Response(null, { status: 401 });
  const key = await prisma.apiKey.findFirst({
    where: { digest: hash(given), revokedAt: null },
    select: { projectId: true },
  });
  if (!key) return new Response(null, { status: 401 });
  await prisma.event.create({ data: { projectId: key.projectId } });
  return new Response(null, { status: 202 });
}
`,
    },
  ],
};
