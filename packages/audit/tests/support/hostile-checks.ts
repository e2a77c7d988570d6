import { HOSTILE, open, put, times, type HostileTree } from "./hostile-trees.ts";

/** A handler that knows who is calling, and deletes a row of anybody's. */
function known(inside: string): string {
  return open(
    `  const session = await getSession(request);
  if (!session) return Response.json({}, { status: 401 });
${inside}`,
    `import { getSession } from "@/lib/session";`,
  );
}

const inKnown = (name: string, inside: string): HostileTree => ({
  name,
  make: put(HOSTILE, known(inside)),
  hole: HOSTILE,
});
/** Lines that a file needs to pass for a written one. */
const LINES = `/*${"\n".repeat(1_500)}*/`;
const test = (text: string): string =>
  `  if (request.headers.get(\`${text}\`) !== null) return Response.json({}, { status: 400 });\n  await fetch(body.url);\n${LINES}`;

/** What a check would read again for each of what it judges, or in the square of its length. */
export const CHECKED: readonly HostileTree[] = [
  inKnown("190,000 selections that never end", `/* ${".select(]\n".repeat(190_000)} */`),
  inKnown("lists that are sorted after 9,990 lines", `/* ${`.find("a",${"\n".repeat(9_990)}x)`.repeat(190)} */`),
  inKnown(
    "accounts that are made after 9,990 lines",
    `/* provider email ${`account${"\n".repeat(9_990)}x`.repeat(195)} */`,
  ),
  inKnown("an address that is looked at through 150,000 members", test("a.".repeat(150_000))),
  inKnown("60,000 lists of schemes that never end", test(`["https:"}`.repeat(60_000))),
  inKnown("60,000 patterns of schemes that never end", test("/^https?".repeat(60_000))),
  inKnown(
    "a join on 150,000 members",
    `  await source.getRepository(Note).createQueryBuilder("n").innerJoin("n.members", "m", "${"a.".repeat(150_000)}", { userId: body.id }).getMany();\n${LINES}`,
  ),
  {
    name: "60,000 comparisons of a password",
    make: put(
      "auth.ts",
      `export const providers = [Credentials({ async authorize(sent) {\n  const user = await find(sent);\n${"  verify(sent.password);\n".repeat(60_000)}  return user;\n} })];\n`,
    ),
  },
  {
    name: "14,000 names that are put into a page, and stand nowhere",
    make: put(
      "page.tsx",
      `import { useState } from "react";\nexport function Page() {\n  const [a] = useState(0);\n${times(100, (at) => `  x.innerHTML = ${Array.from({ length: 140 }, (_, part) => `n${at}_${part}`).join(" + ")};`)}\n  return null;\n}\n${times(50_000, (at) => `f(1, g(${at}));`)}\n`,
    ),
  },
  {
    name: "1,000 routes behind one guard, in a text that speaks of their table 90,000 times",
    make: put(
      HOSTILE,
      `import { Router } from "express";
import { teamAccess } from "./gone/middleware";
import { prisma } from "./db";
export const router = Router();
router.use(teamAccess);
${times(1_000, (at) => `router.delete("/a${at}/:id", async (req, res) => {\n  await prisma.team.delete({ where: { id: req.params.id } });\n  res.json({});\n});`)}
/* ${"xx team yy\n".repeat(90_000)} */
`,
    ),
    hole: HOSTILE,
  },
  inKnown(
    "names that ask for 1,900 rights",
    `/* ${`require${"Admin".repeat(1_900)}${"\n".repeat(25)}`.repeat(190)} */`,
  ),
  {
    name: "a procedure at the end of 20,000 members",
    make: put(
      "router.ts",
      `import { t } from "./trpc";\nexport const router = t.router({ a: t${".a\n".repeat(20_000)}.query(({ ctx }) => ctx.a) });\n`,
    ),
  },
];
