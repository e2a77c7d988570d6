import assert from "node:assert/strict";
import { test } from "node:test";
import { askTable, complaint, type Row } from "../support/ask-table.ts";

/** `alpha` refuses or only looks; its name says neither, so that only the code behind the import can. */
const refuses = `const session = await getServerSession();\n  if (!session) throw new Error("nobody");`;
const looks = `console.log(await getServerSession());`;
const body = (inside: string): string => `{\n  ${inside}\n}\n`;
const WORK = `await prisma.banner.update({ where: { id: "front" }, data: { shown: false } });`;
const NEXT_AUTH = `import { getServerSession } from "next-auth";\n`;
const ROUTE = "app/api/x/route.ts";

const route = (imports: string, call: string): string =>
  `${imports}\nimport { prisma } from "@/lib/prisma";\nexport async function POST(request: Request) {\n  ${call}\n  ${WORK}\n  return Response.json({});\n}\n`;

/** Files by path; `GUARD` is the body of `alpha`. */
interface Link {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
}

const HELPER = `${NEXT_AUTH}export async function alpha() GUARD`;
const LINKS: readonly Link[] = [
  {
    name: "a named import",
    files: { "guard.ts": HELPER, [ROUTE]: route(`import { alpha } from "../../../guard";`, "await alpha();") },
  },
  {
    name: "a renamed import",
    files: { "guard.ts": HELPER, [ROUTE]: route(`import { alpha as a } from "../../../guard";`, "await a();") },
  },
  {
    name: "a namespace import",
    files: { "guard.ts": HELPER, [ROUTE]: route(`import * as guard from "../../../guard";`, "await guard.alpha();") },
  },
  {
    name: "a default export of a function",
    files: {
      "guard.ts": `${NEXT_AUTH}export default async function alpha() GUARD`,
      [ROUTE]: route(`import alpha from "../../../guard";`, "await alpha();"),
    },
  },
  {
    name: "a default export of a name",
    files: {
      "guard.ts": `${NEXT_AUTH}const alpha = async () => GUARD;\nexport default alpha;`,
      [ROUTE]: route(`import alpha from "../../../guard";`, "await alpha();"),
    },
  },
  {
    name: "a default export of an object",
    files: {
      "guard.ts": `${NEXT_AUTH}async function alpha() GUARD\nexport default { alpha };`,
      [ROUTE]: route(`import guard from "../../../guard";`, "await guard.alpha();"),
    },
  },
  {
    name: "an export list with another name",
    files: {
      "guard.ts": `${NEXT_AUTH}async function a() GUARD\nexport { a as alpha };`,
      [ROUTE]: route(`import { alpha } from "../../../guard";`, "await alpha();"),
    },
  },
  {
    name: "a re-export through two files",
    files: {
      "deep/guard.ts": HELPER,
      "middle.ts": `export { alpha as a } from "./deep/guard";`,
      "top.ts": `export { a as alpha } from "./middle";`,
      [ROUTE]: route(`import { alpha } from "../../../top";`, "await alpha();"),
    },
  },
  {
    name: "a folder's index that hands on everything",
    files: {
      "lib/guard.ts": HELPER,
      "lib/index.ts": `export * from "./guard";`,
      [ROUTE]: route(`import { alpha } from "../../../lib";`, "await alpha();"),
    },
  },
  {
    name: "a namespace that is handed on",
    files: {
      "lib/guard.ts": HELPER,
      "lib/index.ts": `export * as guard from "./guard";`,
      [ROUTE]: route(`import { guard } from "../../../lib";`, "await guard.alpha();"),
    },
  },
  {
    name: "an import that is exported again",
    files: {
      "lib/guard.ts": HELPER,
      "lib/index.ts": `import { alpha } from "./guard";\nexport { alpha };`,
      [ROUTE]: route(`import { alpha } from "../../../lib/index";`, "await alpha();"),
    },
  },
  {
    name: "the emitted extension",
    files: { "guard.ts": HELPER, [ROUTE]: route(`import { alpha } from "../../../guard.js";`, "await alpha();") },
  },
  {
    name: "an import when it is needed",
    files: {
      "guard.ts": HELPER,
      [ROUTE]: route("", `const { alpha } = await import("../../../guard"); await alpha();`),
    },
  },
  {
    name: "CommonJS, an object of exports",
    files: {
      "guard.js": `const { getServerSession } = require("next-auth");\nasync function alpha() GUARD\nmodule.exports = { alpha };`,
      [ROUTE]: route(`const { alpha } = require("../../../guard");`, "await alpha();"),
    },
  },
  {
    name: "CommonJS, one export after another",
    files: {
      "guard.js": `const { getServerSession } = require("next-auth");\nexports.alpha = async () => GUARD;`,
      [ROUTE]: route(`const guard = require("../../../guard");`, "await guard.alpha();"),
    },
  },
  {
    name: "CommonJS, a function as the module",
    files: {
      "guard.js": `const { getServerSession } = require("next-auth");\nmodule.exports = async function alpha() GUARD`,
      [ROUTE]: route(`const alpha = require("../../../guard");`, "await alpha();"),
    },
  },
  {
    name: "a tsconfig path, where `extends` cannot be found",
    files: {
      "tsconfig.json": `{ "extends": "@acme/base", /* kept */ "compilerOptions": { "baseUrl": ".", "paths": { "~/*": ["./src/*"], } } }`,
      "src/guard.ts": HELPER,
      [ROUTE]: route(`import { alpha } from "~/guard";`, "await alpha();"),
    },
  },
  {
    name: "a tsconfig path of the file it extends",
    files: {
      "tsconfig.base.json": `{ "compilerOptions": { "paths": { "#guard": ["./src/guard.ts"] } } }`,
      "tsconfig.json": `{ "extends": "./tsconfig.base.json" }`,
      "src/guard.ts": HELPER,
      [ROUTE]: route(`import { alpha } from "#guard";`, "await alpha();"),
    },
  },
  {
    name: "a package of the workspace, by its main file",
    files: {
      "package.json": `{ "workspaces": ["packages/*"] }`,
      "packages/guard/package.json": `{ "name": "@acme/guard-MARK", "main": "./src/index.ts" }`,
      "packages/guard/src/index.ts": HELPER,
      [ROUTE]: route(`import { alpha } from "@acme/guard-MARK";`, "await alpha();"),
    },
  },
  {
    name: "a package of the workspace, by its exports",
    files: {
      "packages/guard/package.json": `{ "name": "@acme/exports-MARK", "exports": { ".": "./src/index.ts", "./session": { "types": "./x.d.ts", "import": "./src/session.ts" } } }`,
      "packages/guard/src/index.ts": "export const nothing = 1;\n",
      "packages/guard/src/session.ts": HELPER,
      [ROUTE]: route(`import { alpha } from "@acme/exports-MARK/session";`, "await alpha();"),
    },
  },
  {
    name: "a package of the workspace, by a file below it",
    files: {
      "packages/guard/package.json": `{ "name": "@acme/below-MARK" }`,
      "packages/guard/lib/session.ts": HELPER,
      [ROUTE]: route(`import { alpha } from "@acme/below-MARK/lib/session";`, "await alpha();"),
    },
  },
  {
    name: "a method of a class",
    files: {
      "guard.ts": `${NEXT_AUTH}export class Guard {\n  async alpha() GUARD\n}`,
      [ROUTE]: route(`import { Guard } from "../../../guard";`, "await new Guard().alpha();"),
    },
  },
  {
    name: "a static method",
    files: {
      "guard.ts": `${NEXT_AUTH}export class Guard {\n  static async alpha() GUARD\n}`,
      [ROUTE]: route(`import { Guard } from "../../../guard";`, "await Guard.alpha();"),
    },
  },
  {
    name: "an instance made elsewhere",
    files: {
      "guard.ts": `${NEXT_AUTH}class Guard {\n  alpha = async () => GUARD;\n}\nexport const guard = new Guard();`,
      [ROUTE]: route(`import { guard } from "../../../guard";`, "await guard.alpha();"),
    },
  },
  {
    name: "`export const POST = PATCH`",
    files: {
      [ROUTE]: `${NEXT_AUTH}import { prisma } from "@/lib/prisma";\nconst alpha = async () => GUARD;\nasync function work() {\n  await alpha();\n  ${WORK}\n  return Response.json({});\n}\nexport const PATCH = work;\nexport const POST = PATCH;\n`,
    },
  },
  {
    name: "`export { handler as POST }`",
    files: {
      [ROUTE]: `${NEXT_AUTH}import { prisma } from "@/lib/prisma";\nconst alpha = async () => GUARD;\nasync function work() {\n  await alpha();\n  ${WORK}\n  return Response.json({});\n}\nexport { work as GET, work as POST };\n`,
    },
  },
  {
    name: "a handler of another file",
    files: {
      "server/work.ts": `${HELPER}\nimport { prisma } from "@/lib/prisma";\nexport async function POST() {\n  await alpha();\n  ${WORK}\n  return Response.json({});\n}\n`,
      [ROUTE]: `export { POST } from "../../../server/work";\n`,
    },
  },
  {
    name: "handlers destructured from what makes them",
    files: {
      "make.ts": `${NEXT_AUTH}const alpha = async () => GUARD;\nexport const make = (work: any) => ({ GET: async (r: Request) => { await alpha(); return work(r); }, POST: async (r: Request) => { await alpha(); return work(r); } });\n`,
      [ROUTE]: `import { make } from "../../../make";\nimport { prisma } from "@/lib/prisma";\nexport const { GET, POST } = make(async () => {\n  ${WORK}\n  return Response.json({});\n});\n`,
    },
  },
];

const rowsOf = ({ name, files }: Link, at: number): Row[] =>
  (
    [
      ["refuses", refuses, "safe"],
      ["only looks", looks, ["auth"]],
    ] as const
  ).map(([what, inside, wanted], which) => ({
    name: `${name}: a guard that ${what}`,
    wanted,
    files: Object.entries(files).map(([path, text]) => ({
      path,
      text: text.replaceAll(/GUARD;?/g, body(inside)).replaceAll("MARK", `${at}-${which}`),
    })),
  }));

const UNRESOLVED: readonly Row[] = [
  ["a file that is not there", `import { alpha } from "../../../gone";`],
  ["a package that is not installed", `import { alpha } from "@acme/gone";`],
  ["an export that is not there", `import { alpha } from "../../../there";`],
  ["a path of a tsconfig that is not there", `import { alpha } from "@/gone";`],
].map(([name = "", imported = ""]) => ({
  name,
  wanted: "unproved" as const,
  files: [
    { path: "there.ts", text: "export const other = 1;\n" },
    { path: ROUTE, text: route(imported, "await alpha();") },
  ],
}));

const ROWS = LINKS.flatMap(rowsOf);
const answers = askTable([...ROWS, ...UNRESOLVED]);
for (const [at, { name, wanted }] of ROWS.entries()) {
  test(`${name} is followed to where it is written`, () => {
    const asked = answers[at];
    assert.ok(asked !== undefined);
    assert.equal(complaint(wanted, asked), null);
  });
}
for (const [at, { name, wanted }] of UNRESOLVED.entries()) {
  test(`${name}: what it proves is not taken for proved`, () => {
    const asked = answers[ROWS.length + at];
    assert.ok(asked !== undefined);
    assert.equal(complaint(wanted, asked), null);
  });
}
