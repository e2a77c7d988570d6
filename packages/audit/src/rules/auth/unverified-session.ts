import type { Rule } from "../rule.ts";

export const unverifiedSession: Rule = {
  id: "auth/unverified-session",
  title: "A session is taken from a cookie without being verified",
  explanation:
    "On a server, Supabase's `auth.getSession()` answers what the cookie says, and asks nobody whether it " +
    "is true. A cookie is written by the client: whoever edits it chooses whose session it is.\n\n" +
    "The auditor looks for `getSession()` of a server-side client in a handler or action where neither " +
    "`getUser()` nor `getClaims()` is called, which verify. Pages that only draw something by it are left " +
    "alone.\n\n" +
    "It does not see a verification that middleware of another file made for the same request.",
  cwe: [565, 287],
  severity: "high",
  precision: "high",
  fix:
    "Call `auth.getUser()`, which asks the identity server, or `auth.getClaims()`, which verifies the " +
    "signature, and use the user it answers.",
  bad: [
    {
      path: "app/api/account/route.ts",
      code: `import { NextResponse } from "next/server";
import { prisma } from "@/lib/prisma";
import { createClient } from "@/lib/supabase/server";

export async function GET() {
  const supabase = await createClient();
  const { data } = await supabase.auth.getSession();
  if (!data.session) return NextResponse.json({ error: "unauthorized" }, { status: 401 });
  const account = await prisma.account.findUnique({ where: { userId: data.session.user.id }, select: { id: true, plan: true } });
  return NextResponse.json(account);
}
`,
    },
  ],
  good: [
    {
      path: "app/api/account/route.ts",
      code: `import { NextResponse } from "next/server";
import { prisma } from "@/lib/prisma";
import { createClient } from "@/lib/supabase/server";

export async function GET() {
  const supabase = await createClient();
  const { data } = await supabase.auth.getUser();
  if (!data.user) return NextResponse.json({ error: "unauthorized" }, { status: 401 });
  const account = await prisma.account.findUnique({ where: { userId: data.user.id }, select: { id: true, plan: true } });
  return NextResponse.json(account);
}
`,
    },
  ],
};
