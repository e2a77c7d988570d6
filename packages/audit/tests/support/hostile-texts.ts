import { beside, HOSTILE, inHandler, open, put, times, type HostileTree } from "./hostile-trees.ts";

const run = (of: string): string => of.repeat(300_000) + "\n".repeat(1_000);
/** What makes most ways of reading a text look further. */
const SPOKEN = `
export async function signIn(email: string, provider: string) {
  const user = await prisma.user.findUnique({ where: { email } });
  await prisma.account.create({ data: { userId: user.id, provider } });
}
const { role } = read();
export const users = pgTable("users", { id: 1 });
@Entity() class Hook { @Column() password: string; }
`;

/** Texts whose every second way of being read takes the square of their length. */
export const TEXTS: readonly HostileTree[] = [
  ...[
    ["a name of 300,000 letters", "a"],
    ["300,000 digits", "0"],
    ["300,000 spaces", " "],
    ["300,000 dollar signs", "$"],
  ].map(([name = "", of = ""]): HostileTree => ({
    name,
    make: put(HOSTILE, open(`  /* ${run(of)} */`, SPOKEN)),
    diagnostics: { [HOSTILE]: "limit" },
  })),
  inHandler("a hundred names of 9,000 letters", `  /*\n${times(100, () => "passwordRole_".repeat(690))} */`, SPOKEN),
  inHandler("tables and entities that never end", `  /* ${`a=pgTable("a",{}); @a() `.repeat(20_000)}\n */`, SPOKEN),
  inHandler("roles after a bracket, in a long row", `  /* ,{ ${"role, a: ".repeat(60_000)}\n */ // }`, SPOKEN),
  inHandler("100,000 replies and nothing that catches", `  /* ${"reply ".repeat(100_000)}\n */`, SPOKEN),
  {
    name: "a schema of models that never end",
    make: put("schema.prisma", "model a {\n".repeat(90_000)),
  },
  beside(
    "5,000 accounts of a provider beside one look-up",
    `export async function value(email: string, provider: string) {\n  const user = await prisma.user.findUnique({ where: { email } });\n${times(5_000, (at) => `  await prisma.account.create({ data: { userId: user.id, provider, at: ${at} } });`)}\n}\n`,
  ),
];
