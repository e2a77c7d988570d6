import type { Rule } from "../rule.ts";

export const clientEntitlement: Rule = {
  id: "entitlement/client-claim",
  title: "The client says what it has paid for",
  explanation:
    "Whether a feature may be used is decided by a field of the request: `hasFeature`, `plan`, `seats`. " +
    "The client's own page sends it correctly; everybody else sends `true` and has the paid feature for " +
    "nothing.\n\n" +
    "The auditor looks for refusals, and for answers of entitlement functions, that rest on a value of " +
    "the body, the query or a header with such a name, and on nothing that the server knows.\n\n" +
    "It does not see a paid feature that nobody asks about at all, unless the code says elsewhere that it " +
    "is one.",
  cwe: [602, 807],
  severity: "high",
  precision: "high",
  fix:
    "Read the subscription of the verified user or organisation from your own records, or from the " +
    "payment provider, on the server, and refuse when there is none.",
  bad: [
    {
      path: "app/api/export/route.ts",
      code: `import { NextResponse } from "next/server";
import { z } from "zod";
import { auth } from "@/auth";
import { prisma } from "@/lib/prisma";

const options = z.object({ isPremium: z.boolean() });

export async function POST(request: Request) {
  const session = await auth();
  if (!session?.user) return NextResponse.json({ error: "unauthorized" }, { status: 401 });
  const parsed = options.safeParse(await request.json());
  if (!parsed.success) return NextResponse.json({ error: "invalid input" }, { status: 400 });
  if (!parsed.data.isPremium) return NextResponse.json({ error: "upgrade required" }, { status: 402 });
  const rows = await prisma.event.findMany({ where: { userId: session.user.id } });
  return NextResponse.json(rows);
}
`,
    },
  ],
  good: [
    {
      path: "app/api/export/route.ts",
      code: `import { NextResponse } from "next/server";
import { auth } from "@/auth";
import { prisma } from "@/lib/prisma";

export async function POST() {
  const session = await auth();
  if (!session?.user) return NextResponse.json({ error: "unauthorized" }, { status: 401 });
  const subscription = await prisma.subscription.findFirst({ where: { userId: session.user.id, status: "active" } });
  if (!subscription) return NextResponse.json({ error: "upgrade required" }, { status: 402 });
  const rows = await prisma.event.findMany({ where: { userId: session.user.id } });
  return NextResponse.json(rows);
}
`,
    },
  ],
};
