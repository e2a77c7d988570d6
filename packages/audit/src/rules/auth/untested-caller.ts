import type { Rule } from "../rule.ts";

export const untestedCaller: Rule = {
  id: "auth/untested-caller",
  title: "Who is calling is asked, and nobody looks at the answer",
  explanation:
    "The session is looked up, and for a stranger the look-up answers nothing: null, undefined, an empty " +
    "answer. The handler goes straight on and reads the caller's fields out of it. At best that throws and a " +
    "stranger gets a 500 where a 401 belongs; as soon as somebody writes `?.` to mend the crash, the " +
    "caller's id is undefined, and with most query builders a condition that is undefined is no condition: " +
    "every tenant's rows are answered.\n\n" +
    "Reported where the look-up is seen to answer nothing for a stranger: a session library, or a function of " +
    "the tree that returns null.",
  cwe: [306, 252],
  severity: "high",
  precision: "high",
  fix: "Test the answer before anything else, and refuse: `if (!session?.user) return new Response(null, { status: 401 })`.",
  bad: [
    {
      path: "app/api/invoices/route.ts",
      code: `import { getSession } from "@auth0/nextjs-auth0";
import { prisma } from "@/lib/prisma";

export async function GET() {
  const { user } = (await getSession())!;
  return Response.json(await prisma.invoice.findMany({ where: { organizationId: user.org_id } }));
}
`,
    },
    {
      path: "src/pages/api/reports.ts",
      code: `import type { NextApiRequest, NextApiResponse } from "next";
import { getServerSession } from "next-auth";
import { authOptions } from "@/server/auth";
import { prisma } from "@/server/db";

export default async function handler(req: NextApiRequest, res: NextApiResponse) {
  const session = await getServerSession(req, res, authOptions);
  const reports = await prisma.report.findMany({ where: { teamId: session!.user.teamId } });
  res.json(reports);
}
`,
    },
  ],
  good: [
    {
      path: "app/api/invoices/route.ts",
      code: `import { getSession } from "@auth0/nextjs-auth0";
import { prisma } from "@/lib/prisma";

export async function GET() {
  const session = await getSession();
  if (!session) return Response.json({ error: "unauthorized" }, { status: 401 });
  return Response.json(await prisma.invoice.findMany({ where: { organizationId: session.user.org_id } }));
}
`,
    },
    {
      path: "src/pages/api/reports.ts",
      code: `import type { NextApiRequest, NextApiResponse } from "next";
import { getServerSession } from "next-auth";
import { authOptions } from "@/server/auth";
import { prisma } from "@/server/db";

export default async function handler(req: NextApiRequest, res: NextApiResponse) {
  const session = await getServerSession(req, res, authOptions);
  if (!session) return res.status(401).json({ error: "unauthorized" });
  const reports = await prisma.report.findMany({ where: { teamId: session.user.teamId } });
  res.json(reports);
}
`,
    },
  ],
};
