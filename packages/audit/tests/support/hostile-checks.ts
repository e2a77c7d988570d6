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

const manyOf = (name: string): string => `\${${name}}`.repeat(1_000);

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
  {
    name: "a path of constants that name each other 1,000 times",
    make: put(
      "routes.ts",
      `import { Router } from "express";
export const app = Router();
const d = "";
const c = \`/c\${d}\`;
const b = \`${manyOf("c")}\`;
const a = \`${manyOf("b")}\`;
const e = \`${manyOf("f")}\`;
const f = \`${manyOf("e")}\`;
const g = \`${manyOf("d")}\`;
const h = \`${manyOf("g")}\`;
app.get(\`${manyOf("a")}\`, (req, res) => res.json({}));
app.get(\`${manyOf("h")}\`, (req, res) => res.json({}));
app.get(\`${manyOf("e")}\`, (req, res) => res.json({}));
`,
    ),
  },
  {
    name: "100 handlers beside 14 names that ask for 1,650 rights",
    make: put(
      "routes.ts",
      `import { Router } from "express";
import { prisma } from "./db";
export const router = Router();
/* ${`${"Access".repeat(1_650)}\n`.repeat(14)} ${`require${"Polic".repeat(1_900)}\n`.repeat(14)} */
${LINES}
${times(100, (at) => `router.post("/a${at}", async (req, res) => {\n  authorize(req.user, "read");\n  await prisma.note.update({ where: { id: req.body.id }, data: { a: ${at} } });\n  res.json({});\n});`)}
`,
    ),
  },
  inKnown(
    "5,000 things that are found and used",
    `  mayUse(id, session);\n${times(5_000, (at) => `  const f${at} = findFile(id);\n  use(f${at});`)}`,
  ),
  inKnown(
    "5,000 things of one name that are found, compared and asked for",
    times(
      5_000,
      () => `  { const f = findFile(id); use(f); mayUse(f, session); if (f.owner === session.user) use(f); }`,
    ),
  ),
  {
    name: "2,000 events of a connection with 4,000 constants",
    make: put(
      "socket.ts",
      `import { Server } from "socket.io";
import { find } from "./gone";
export function listen(io: Server) {
  io.on("connection", (socket) => {
${times(4_000, (at) => `    const c${at} = find(${at}${at === 0 ? "" : `, c${at - 1}`});`)}
${times(2_000, (at) => `    socket.on("e${at}", (sent) => { find(sent); });`)}
  });
}
`,
    ),
  },
  inKnown(
    "6,000 things made, in a file that sends through an agent it names 14,000 times",
    `  await fetch(body.url, { /* ${"agent ".repeat(14_000)} */ method: "POST" });
}
function later() {
  let v;
${times(6_000, () => "  v = make();")}
  if (v === undefined) return;`,
  ),
];
