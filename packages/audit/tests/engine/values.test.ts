import assert from "node:assert/strict";
import { test } from "node:test";
import { askTable, complaint, type Row } from "../support/ask-table.ts";

/** Whose the value is by which a row is confined: `ORG` in the query is the caller's, or the client's choice. */
const handler = (before: string, org = "org"): string => `import { getServerSession } from "next-auth";
import { z } from "zod";
import { prisma } from "@/lib/prisma";

const schema = z.object({ id: z.string(), org: z.string(), flag: z.boolean() });
export async function POST(request: Request) {
  const session = await getServerSession();
  if (!session?.user?.orgId) return new Response(null, { status: 401 });
  const input = schema.parse(await request.json());
  ${before}
  await prisma.invoice.deleteMany({ where: { id: input.id, orgId: ${org} } });
  return Response.json({});
}
`;
const row = (name: string, before: string, wanted: Row["wanted"], org?: string): Row => ({
  name,
  wanted,
  files: [{ path: "app/api/x/route.ts", text: handler(before, org) }],
});
const own = (name: string, before: string, org?: string): Row => row(name, before, "safe", org);
const chosen = (name: string, before: string, org?: string): Row => row(name, before, ["tenant", "claims"], org);

const ROWS: readonly Row[] = [
  own("a member of the session", "", "session.user.orgId"),
  chosen("a member of the body", "", "input.org"),
  own("destructured", "const { orgId: org } = session.user;"),
  own("destructured twice over", "const { user: { orgId: org } } = session;"),
  own(
    "destructured with a default that is the session's",
    "const { org = session.user.orgId } = {} as { org?: string };",
  ),
  chosen("destructured with a default, from the body", "const { org = session.user.orgId } = input;"),
  own("the rest of a destructuring", "const { name, ...rest } = session.user; const org = rest.orgId;"),
  own("an element of an array", "const [org] = [session.user.orgId, input.org];"),
  chosen("the other element of it", "const [, org] = [session.user.orgId, input.org];"),
  own("a computed member", `const org = session.user["orgId"];`),
  own("optional chaining", "const org = session?.user?.orgId;"),
  own("a fallback to nothing", `const org = session.user.orgId ?? "";`),
  chosen("the body first, the session as fallback", "const org = input.org ?? session.user.orgId;"),
  chosen("the body first, the session by `||`", "const org = input.org || session.user.orgId;"),
  chosen("a choice of the client's", "const org = input.flag ? input.org : session.user.orgId;"),
  own(
    "a choice between two of the caller's own",
    "const org = input.flag ? session.user.orgId : session.user.homeOrgId;",
  ),
  chosen("assigned anew", "let org = session.user.orgId; org = input.org;"),
  chosen("assigned anew on one path", "let org = session.user.orgId; if (input.flag) org = input.org;"),
  own("assigned anew, back to the caller's", "let org = input.org; org = session.user.orgId;"),
  own("a spread, and then the caller's", "const all = { ...input, org: session.user.orgId };", "all.org"),
  chosen("the caller's, and then a spread", "const all = { org: session.user.orgId, ...input };", "all.org"),
  own("assigned into an object", "const all: any = {}; all.org = session.user.orgId;", "all.org"),
  chosen(
    "assigned into an object, of the body",
    "const all: any = { org: session.user.orgId }; all.org = input.org;",
    "all.org",
  ),
  own("what a function answers", "const of = (who: any) => who.orgId; const org = of(session.user);"),
  chosen("what a function answers for the body", "const of = (who: any) => who.org; const org = of(input);"),
  own("what a function closes over", "const of = () => session.user.orgId; const org = of();"),
  own("a default parameter", "const of = (org = session.user.orgId) => org; const org = of();"),
  chosen(
    "a default parameter that is given",
    "const of = (org = session.user.orgId) => org; const org = of(input.org);",
  ),
  own("what a promise answers", "const org = await Promise.resolve(session.user.orgId);"),
  own("a conversion to text", "const org = String(session.user.orgId);"),
  own("a template of it alone", "const org = `${session.user.orgId}`;"),
  own(
    "compared with the caller's, and refused",
    "if (input.org !== session.user.orgId) return new Response(null, { status: 403 }); const org = input.org;",
  ),
  chosen(
    "compared with the caller's, and not refused",
    `if (input.org !== session.user.orgId) console.warn("other"); const org = input.org;`,
  ),
  own(
    "one of the caller's own",
    "if (!session.user.orgIds.includes(input.org)) return new Response(null, { status: 403 }); const org = input.org;",
  ),
  own(
    "one of the caller's own, by `some`",
    "if (!session.user.teams.some((team: any) => team.id === input.org)) return new Response(null, { status: 403 }); const org = input.org;",
  ),
  chosen(
    "one of the body's own",
    "if (![input.org].includes(input.org)) return new Response(null, { status: 403 }); const org = input.org;",
  ),
  own(
    "a membership that is looked up",
    "const found = await prisma.membership.findFirst({ where: { userId: session.user.id, orgId: input.org } }); if (!found) return new Response(null, { status: 403 }); const org = found.orgId;",
  ),
  own(
    "a membership that is looked up, the body's id then used",
    "const found = await prisma.membership.findFirst({ where: { userId: session.user.id, orgId: input.org } }); if (!found) return new Response(null, { status: 403 }); const org = input.org;",
  ),
  chosen(
    "somebody's membership",
    "const found = await prisma.membership.findFirst({ where: { orgId: input.org } }); if (!found) return new Response(null, { status: 403 }); const org = input.org;",
  ),
  chosen(
    "a membership that is looked up and not asked",
    "const found = await prisma.membership.findFirst({ where: { userId: session.user.id, orgId: input.org } }); console.log(found); const org = input.org;",
  ),
  chosen(
    "an organisation that exists",
    "const found = await prisma.org.findUnique({ where: { id: input.org } }); if (!found) return new Response(null, { status: 404 }); const org = found.id;",
  ),
];

const answers = askTable(ROWS);
for (const [at, { name, wanted }] of ROWS.entries()) {
  test(`${name}: ${wanted === "safe" ? "the rows are the caller's" : "the rows are the client's choice, and it is found"}`, () => {
    const asked = answers[at];
    assert.ok(asked !== undefined);
    assert.equal(complaint(wanted, asked), null);
  });
}
