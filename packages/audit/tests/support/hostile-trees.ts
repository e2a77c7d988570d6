import { ftruncateSync, closeSync, mkdirSync, openSync, symlinkSync, writeFileSync, writeSync } from "node:fs";
import path from "node:path";
import type { Diagnostic } from "../../src/findings/finding.ts";

/** One hostile tree: what is in it, and what the audit must say of it. */
export interface HostileTree {
  /** What stands in the way. */
  readonly name: string;
  readonly make: (root: string) => void;
  /** The diagnostics, by file: exactly these. */
  readonly diagnostics?: Readonly<Record<string, Diagnostic["kind"]>>;
  /** A file with a hole in it which must not be passed over: found, or said not to be judged, or unknown. */
  readonly hole?: string;
}

export const HOSTILE = "app/api/hostile/[id]/route.ts";

/** Writes a file, its folders too. */
export function put(file: string, text: string | Uint8Array): (root: string) => void {
  return (root) => {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), text);
  };
}

export function all(...makes: readonly ((root: string) => void)[]): (root: string) => void {
  return (root) => makes.forEach((make) => make(root));
}

export function times(count: number, line: (at: number) => string): string {
  return Array.from({ length: count }, (_, at) => line(at)).join("\n");
}

/** Lines of a sane length, so that no file is taken for a generated one. */
function nested(count: number, open: string, middle: string, close: string): string {
  const row = (one: string): string => times(Math.ceil(count / 20), () => one.repeat(20));
  return `${row(open)}\n${middle}\n${row(close)}`;
}

/** A handler which deletes any row for anybody, with `inside` before that. */
export function open(inside: string, top = ""): string {
  return `import { prisma } from "@/lib/prisma";
${top}
export async function DELETE(request: Request, { params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  const body = await request.json();
${inside}
  await prisma.invoice.delete({ where: { id } });
  return Response.json({ id });
}
`;
}

export const inHandler = (name: string, inside: string, top = ""): HostileTree => ({
  name,
  make: put(HOSTILE, open(inside, top)),
  hole: HOSTILE,
});
export const beside = (name: string, text: string, others: Readonly<Record<string, string>> = {}): HostileTree => ({
  name,
  make: all(
    put(HOSTILE, open(`  value(body);`, `import { value } from "../../../../beside";`)),
    put("beside.ts", text),
    ...Object.entries(others).map(([file, other]) => put(file, other)),
  ),
  hole: HOSTILE,
});

const unreadable = (name: string, file: string, text: string | Uint8Array, kind: Diagnostic["kind"]): HostileTree => ({
  name,
  make: put(file, text),
  diagnostics: { [file]: kind },
});

/** 50 MB of which nothing but the first line takes room on the disk. */
function sparse(root: string): void {
  const file = openSync(path.join(root, "huge.ts"), "w");
  try {
    writeSync(file, "export const first = 1;\n");
    ftruncateSync(file, 50 * 1024 * 1024);
  } finally {
    closeSync(file);
  }
}

const bytes = (...parts: readonly (string | number[])[]): Uint8Array =>
  Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part) : Buffer.from(part))));

export const CONTENT: readonly HostileTree[] = [
  unreadable("a syntax error", "broken.ts", "export function ( { const =\n", "syntax"),
  unreadable("an unclosed brace at the end", "broken.ts", "export function f() {\n", "syntax"),
  unreadable("a conflict marker", "broken.ts", "<<<<<<< HEAD\nexport const a = 1;\n=======\n>>>>>>> b\n", "syntax"),
  unreadable("an unclosed template", "broken.ts", "export const a = `${{`;\n", "syntax"),
  unreadable("a binary file named .ts", "image.ts", bytes([0x89], "PNG\r\n", [0, 0, 0, 1, 0]), "binary"),
  unreadable("bytes that are no UTF-8", "latin.ts", bytes('export const a = "', [0xe9, 0xff], '";\n'), "not_utf8"),
  { name: "a file of 50 MB", make: sparse, diagnostics: { "huge.ts": "too_large" } },
  {
    name: "an empty file, one of spaces, one of a comment",
    make: all(put("a.ts", ""), put("b.ts", " \n\n"), put("c.ts", "// c")),
  },
  {
    name: "a byte order mark and CRLF",
    make: put(HOSTILE, `\uFEFF${open("").replaceAll("\n", "\r\n")}`),
    hole: HOSTILE,
  },
  { name: "a hash-bang", make: put("tool.ts", "#!/usr/bin/env node\nexport const a = 1;\n") },
  {
    name: "a tsconfig whose `extends` cannot be found, with comments and trailing commas",
    make: all(
      put(
        "tsconfig.json",
        '{ // gone\n "extends": "@acme/tsconfig/next.json", "compilerOptions": { "paths": { "@/*": ["./src/*"], }, }, }',
      ),
      put(HOSTILE, open("", `import "@/side";`)),
      put("src/side.ts", "export const side = 1;\n"),
    ),
    hole: HOSTILE,
  },
  {
    name: "tsconfigs that extend one another",
    make: all(
      put("tsconfig.json", '{"extends":"./b.json"}'),
      put("b.json", '{"extends":"./tsconfig.json"}'),
      put(HOSTILE, open("")),
    ),
    hole: HOSTILE,
  },
  {
    name: "tsconfig, package.json and vercel.json that are no JSON",
    make: all(
      put("tsconfig.json", "{"),
      put("package.json", "]"),
      put("vercel.json", "\u0000"),
      put(HOSTILE, open("")),
    ),
    hole: HOSTILE,
  },
  {
    name: "configuration of unexpected types",
    make: all(
      put("tsconfig.json", '{"compilerOptions":{"paths":[1],"baseUrl":{}},"extends":[null,3]}'),
      put("package.json", '{"name":7,"workspaces":{"packages":5},"exports":[[]]}'),
      put("app/package.json", '{"name":"a","main":{},"exports":{".":{"import":null}}}'),
      put(HOSTILE, open("")),
    ),
    hole: HOSTILE,
  },
  {
    name: "thousands of imports that lead nowhere",
    make: put(
      HOSTILE,
      open(
        times(3_000, (at) => `  f${at}();`),
        times(3_000, (at) => `import { f${at} } from "./gone/${at}";`),
      ),
    ),
    hole: HOSTILE,
  },
  {
    name: "folders named like files",
    make: all(
      put("src/index.ts/inner.ts", "export const a = 1;\n"),
      put("package.json/x.ts", "export const b = 1;\n"),
      put("tsconfig.json/y.ts", "export const c = 1;\n"),
      put(HOSTILE, open("", `import "@/index";\nimport "../../../../src";`)),
    ),
    hole: HOSTILE,
  },
  {
    name: "names of spaces, quotes, percent signs, line breaks and other scripts",
    make: all(
      put("src/a b/%2e%2e/\"q\" 'r'.ts", "export const a = 1;\n"),
      put("src/line\nbreak.ts", "export const b = 1;\n"),
      put("src/日本語/ünïcode.ts", "export const c = 1;\n"),
      put("app/api/[[...all]]/(group)/@slot/route.ts", open("")),
    ),
    hole: "app/api/[[...all]]/(group)/@slot/route.ts",
  },
  {
    name: "SQL that never ends",
    make: put("migrations/1.sql", `create function f() returns void as $$ begin ' --\n${"x;\n".repeat(10_000)}`),
  },
  {
    name: "SQL of deep brackets",
    make: put("migrations/1.sql", `select ${"(".repeat(20_000)}1${")".repeat(20_000)};\n`),
  },
];

export const LINKS: readonly HostileTree[] = [
  {
    name: "folders that link to each other and to themselves",
    make: all(
      put("a/one.ts", "export const one = 1;\n"),
      (root) => symlinkSync("..", path.join(root, "a/up")),
      (root) => symlinkSync("self", path.join(root, "self")),
      (root) => symlinkSync("pong.ts", path.join(root, "ping.ts")),
      (root) => symlinkSync("ping.ts", path.join(root, "pong.ts")),
    ),
  },
  {
    name: "a file that links out of the tree",
    make: (root) => symlinkSync("/etc/hosts", path.join(root, "hosts.ts")),
    diagnostics: { "hosts.ts": "link" },
  },
  {
    name: "a folder that links out of the tree",
    make: (root) => symlinkSync("/etc", path.join(root, "outside")),
    diagnostics: { outside: "link" },
  },
  { name: "a link to nothing", make: (root) => symlinkSync("gone.ts", path.join(root, "dangling.ts")) },
];

/** Depth in brackets, where a parser in native code would end the process. */
export const DEPTH: readonly HostileTree[] = [
  ["10,000 parentheses", `  const deep = ${nested(10_000, "(", "1", ")")};`],
  ["10,000 arrays", `  const deep = ${nested(10_000, "[", "1", "]")};`],
  ["10,000 objects", `  const deep = ${nested(10_000, "{a:", "1", "}")};`],
  ["10,000 blocks", nested(10_000, "{", "", "}")],
  ["10,000 templates", `  const deep = ${nested(10_000, "`${", "1", "}`")};`],
  ["10,000 type arguments", `  let deep: ${nested(10_000, "A<", "1", ">")};`],
  ["5,000 nested calls", `  const deep = ${nested(5_000, "f(", "body", ")")};`],
  ["5,000 chained calls", `  const deep = body${nested(5_000, ".f(1)", "", "")};`],
  ["300,000 members in a row", `  const deep = body${nested(300_000, ".a", "", "")};`],
  ["100,000 additions", `  const deep = 1${nested(100_000, "+1", "", "")};`],
  ["20,000 additions", `  const deep = 1${nested(20_000, "+1", "", "")};`],
  ["20,000 negations", `  const deep = ${nested(20_000, "!", "body", "")};`],
  ["20,000 choices in a row", `  const deep = ${nested(20_000, "body?1:", "2", "")};`],
  ["20,000 curried arrows", `  const deep = ${nested(20_000, "a=>", "2", "")};`],
  [
    "3,000 arms of if and else",
    `  let n = 0;\n${times(3_000, (at) => `  if (body.kind === "${at}") n = ${at};\n  else`)} n = -1;`,
  ],
  ["70,000 arms of if and else", `  let n = 0;\n${nested(70_000, "if(n)n=1;else ", "n = -1;", "")}`],
  ["3,000 functions in one another", nested(3_000, "(function () { return ", "1", " })();")],
].map(([name = "", inside = ""]) => inHandler(name, inside));

/** As many of the same marks, one after another and none within the other. */
export const FLAT: readonly HostileTree[] = [
  ["awaits", (at: number) => `export async function a${at}(step) {\n  await step(${at});\n}`],
  ["choices", (at: number) => `export const a${at} = (b) => b ? ${at} : 0`],
  ["negations", (at: number) => `export const a${at} = !steps`],
  ["optional fields", (at: number) => `export interface A${at} {\n  a?: string\n  b?: Promise<string>\n}`],
  ["else arms", (at: number) => `export function a${at}(b) {\n  if (b) return 1\n  else return ${at}\n}`],
].map(([name, line]) => ({
  ...beside(`7,000 ${String(name)}, one after another`, times(7_000, line as (at: number) => string)),
  diagnostics: {},
}));

export const WORK: readonly HostileTree[] = [
  inHandler(
    "30 choices one after another",
    `  let where: any = {};\n${times(30, (at) => `  if (body.f${at}) where = { ...where, c${at}: body.f${at} };\n  else where = body.g${at} ? where : { d: where };`)}\n  await prisma.a.findMany({ where });`,
  ),
  inHandler(
    "3,000 tests one after another",
    times(3_000, (at) => `  if (body.a${at}) body.x${at} = 1;`),
  ),
  inHandler(
    "a condition of 6,000 parts",
    `  if (${times(2_000, (at) => `body.a${at} && (body.b${at} || !body.c${at}) &&`)} body) body.x = 1;`,
  ),
  inHandler(
    "loops twelve deep",
    `  let x: any = body;\n${"  for (const y of x) { x = y; while (x.n) { x = x.n;\n".repeat(12)}${"} }\n".repeat(12)}`,
  ),
  inHandler(
    "functions that call the next one twice, 40 deep",
    "  f0(body);",
    `${times(40, (at) => `function f${at}(b: any): any { return b.x ? f${at + 1}(b.l) : f${at + 1}(b.r) + f${at + 1}(b); }`)}\nfunction f40(b: any) { return b; }`,
  ),
  inHandler(
    "functions that call themselves and each other",
    "  ping(body);\n  self(body);",
    "function ping(b: any): any { return b ? pong(b.n) : ping(b); }\nfunction pong(b: any): any { return ping(pong(b)); }\nconst self = (b: any): any => self(self(b));",
  ),
  inHandler(
    "functions that are handed themselves",
    "  const y = (f: any) => f(f);\n  const p = (n: any) => (m: any) => n(n)(m);\n  y(y);\n  p(p)(p);",
  ),
  beside(
    "an object of 20,000 entries",
    `export const table = {\n${times(20_000, (at) => `  k${at}: { a: ${at}, b: "x${at}" },`)}\n};\nexport const value = (b: any) => ({ ...table, ...table[b.k] });\n`,
  ),
  beside(
    "an object spread into itself forty times",
    `const a0 = { a: 1, b: { c: 2 } };\n${times(40, (at) => `const a${at + 1} = { l: a${at}, r: a${at}, ...a${at} };`)}\nexport const value = () => a40;\n`,
  ),
];

export const LINKING: readonly HostileTree[] = [
  {
    name: "a module that hands on its own export",
    make: put(
      "app/api/self/route.ts",
      `export { POST } from "./route";\nexport * from "./route";\nexport { GET as default } from "./route";\n`,
    ),
  },
  beside(
    "modules that hand on each other's exports",
    `export { value } from "./second";\nexport * from "./second";\n`,
    { "second.ts": `export { value } from "./beside";\nexport * from "./beside";\n` },
  ),
  beside(
    "imports in a circle",
    `import { b } from "./b";\nexport const a = { b, ...b };\nexport const value = () => b.a.b.a;\n`,
    { "b.ts": `import { a } from "./beside";\nexport const b = { a, ...a };\n` },
  ),
  {
    name: "fifty modules that hand on everything of the next",
    make: all(
      ...Array.from({ length: 50 }, (_, at) =>
        put(
          `m${at}.ts`,
          `export * from "./m${(at + 1) % 50}";\nexport { x${at}, x as y${at} } from "./m${(at + 7) % 50}";\nimport { z } from "./m${(at + 3) % 50}";\nexport const q${at} = z;\nexport { z };\n`,
        ),
      ),
      put(
        HOSTILE,
        open(
          "  await gone(request);\n  z(q3);\n  every.foo();",
          `import { gone, q3, z } from "../../../../m0";\nimport * as every from "../../../../m1";\nexport { PUT } from "../../../../m0";`,
        ),
      ),
    ),
    hole: HOSTILE,
  },
  beside(
    "names that stand on every object's prototype",
    `export const __proto__ = 1;\nexport const constructor = { __proto__: null, constructor: 2 };\nexport function toString() {\n  return __proto__;\n}\nexport const hasOwnProperty = toString;\nexport { toString as valueOf, toString as value };\n`,
  ),
  inHandler(
    "prototype names in requests, objects and models",
    `  const { __proto__: a, constructor: b, toString: c } = body;\n  body.constructor.prototype.x = a;\n  const made: any = { ["__proto__"]: a, __proto__: b, constructor, hasOwnProperty: c };\n  await prisma.__proto__.delete({ where: { id: made.__proto__ } });\n  await prisma.constructor.findMany({ where: { constructor: body.toString } });`,
    `import { constructor } from "../../../../p";`,
  ),
];
