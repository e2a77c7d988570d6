import assert from "node:assert/strict";
import { test } from "node:test";
import { askTable, complaint, type Row } from "../support/ask-table.ts";

const HEAD = `import { getServerSession } from "next-auth";
import { notFound, redirect } from "next/navigation";
import { options } from "@/auth-options";
import { prisma } from "@/lib/prisma";

const denied = () => new Response(null, { status: 401 });
const session0 = () => getServerSession(options);
async function alpha() {
  const session = await getServerSession(options);
  if (!session) throw new Error("nobody");
  return session;
}
async function beta() {
  const session = await getServerSession(options);
  return session !== null;
}
async function gamma() {
  const session = await getServerSession(options);
  if (!session) return { error: "nobody" };
  return { session };
}
function fail(): never {
  throw new Error("nobody");
}
`;
const SESSION = "const session = await getServerSession(options);";
const WORK = `await prisma.banner.update({ where: { id: "front" }, data: { shown: false } });`;
const DONE = "return new Response(null, { status: 204 });";

const inHandler = (body: string): string =>
  `${HEAD}\nexport async function POST(request: Request) {\n  ${body.replaceAll("WORK", WORK)}\n  ${DONE}\n}\n`;
const row = (name: string, text: string, wanted: Row["wanted"]): Row => ({
  name,
  wanted,
  files: [{ path: "app/api/x/route.ts", text }],
});
const safe = (name: string, body: string): Row => row(name, inHandler(body), "safe");
const open = (name: string, body: string): Row => row(name, inHandler(body), ["auth", "fail-closed"]);
const wrapped = (name: string, wrapper: string, use: string, wanted: Row["wanted"]): Row =>
  row(
    name,
    `${HEAD}\n${wrapper}\nexport const POST = ${use.replaceAll("HANDLER", `async (request: Request) => {\n  ${WORK}\n  ${DONE}\n}`)};\n`,
    wanted,
  );

const OPEN = ["auth", "fail-closed"];
const ROWS: readonly Row[] = [
  open("nobody is asked", "WORK"),
  safe("a guard that returns", `${SESSION} if (!session) return denied(); WORK`),
  safe("a guard that throws", `${SESSION} if (!session) { throw new Error("nobody"); } WORK`),
  safe("a guard that redirects", `${SESSION} if (!session) redirect("/login"); WORK`),
  safe("a guard that answers not found", `${SESSION} if (!session?.user) notFound(); WORK`),
  open("a guard that forgets to return", `${SESSION} if (!session) { denied(); } WORK`),
  open("a guard that only logs", `${SESSION} if (!session) console.warn("nobody"); WORK`),
  open("a session nobody looks at", `${SESSION} WORK`),
  safe("work in the positive branch", `${SESSION} if (session) { WORK return Response.json({}); } return denied();`),
  open("work after the positive branch", `${SESSION} if (session) { console.log("somebody"); } WORK`),
  open("work in the negative branch", `${SESSION} if (!session) { WORK }`),
  safe("work in the else", `${SESSION} if (!session) { return denied(); } else { WORK }`),

  safe("`||` of two refusals", `${SESSION} if (!session || !session.user) return denied(); WORK`),
  open(
    "`&&` of a refusal and something else",
    `${SESSION} if (!session && request.headers.has("x-strict")) return denied(); WORK`,
  ),
  safe("a negated `&&`", `${SESSION} if (!(session && session.user)) return denied(); WORK`),
  open("a negated `||`", `${SESSION} if (!(session || request.headers.has("x-internal"))) return denied(); WORK`),
  safe("a double negation", `${SESSION} if (!!session === false) return denied(); WORK`),
  safe("equal to null", `${SESSION} if (session == null) return denied(); WORK`),
  open("unequal to null, the wrong way round", `${SESSION} if (session != null) return denied(); WORK`),
  safe(
    "optional chaining compared with undefined",
    `${SESSION} if (session?.user?.id === undefined) return denied(); WORK`,
  ),
  safe("`typeof` of a part", `${SESSION} if (typeof session?.user?.id !== "string") return denied(); WORK`),
  safe("a fallback that throws", `${SESSION} const sure = session ?? fail(); console.log(sure.user.id); WORK`),
  open(
    "a fallback to an object of nobody's",
    `const session = (await getServerSession(options)) ?? { user: { id: "guest" } }; if (!session) return denied(); WORK`,
  ),

  safe(
    "a flag that starts closed",
    `${SESSION} let ok = false; if (session) ok = true; if (!ok) return denied(); WORK`,
  ),
  safe(
    "a flag that starts open and is closed",
    `${SESSION} let ok = true; if (!session) ok = false; if (!ok) return denied(); WORK`,
  ),
  open(
    "a flag that is open on both paths",
    `${SESSION} let ok = true; if (session) ok = true; if (!ok) return denied(); WORK`,
  ),
  open(
    "a flag that is set too late",
    `${SESSION} let ok = true; if (!ok) return denied(); if (!session) ok = false; WORK`,
  ),
  safe("a test kept in a constant", `${SESSION} const allowed = session !== null; if (!allowed) return denied(); WORK`),
  safe(
    "a test kept in a constant, by optional chaining",
    `${SESSION} const allowed = Boolean(session?.user); if (!allowed) return denied(); WORK`,
  ),
  open(
    "a test kept in a constant and not asked",
    `${SESSION} const allowed = session !== null; console.log(allowed); WORK`,
  ),

  safe("a helper that throws", `await alpha(); WORK`),
  open("a helper that throws, not awaited", `alpha(); WORK`),
  open("a helper that throws, thrown away", `void alpha(); WORK`),
  open("a helper that throws, its refusal caught", `await alpha().catch(() => null); WORK`),
  safe("a helper that throws, among others awaited", `await Promise.all([alpha(), request.json()]); WORK`),
  safe("a helper that answers yes or no", `if (!(await beta())) return denied(); WORK`),
  open("a helper that answers yes or no, not awaited", `if (!beta()) return denied(); WORK`),
  open("a helper that answers yes or no, not asked", `await beta(); WORK`),
  open("a helper that answers yes or no, the wrong way round", `if (await beta()) return denied(); WORK`),
  safe(
    "a helper that answers an error, looked at",
    `const { error } = await gamma(); if (error) return denied(); WORK`,
  ),
  safe(
    "a helper that answers an error, looked for",
    `const got = await gamma(); if ("error" in got) return denied(); WORK`,
  ),
  safe(
    "a helper that answers a session, looked at",
    `const got = await gamma(); if (!got.session) return denied(); WORK`,
  ),
  open("a helper that answers an error, not looked at", `const got = await gamma(); console.log(got.error); WORK`),
  safe("a helper of one expression", `const session = await session0(); if (!session) return denied(); WORK`),

  open("a refusal swallowed", `try { await alpha(); } catch {} WORK`),
  open("a refusal logged and forgotten", `try { await alpha(); } catch (error) { console.error(error); } WORK`),
  safe("a refusal answered", `try { await alpha(); } catch { return denied(); } WORK`),
  safe("a refusal thrown on", `try { await alpha(); } catch (error) { throw error; } WORK`),
  safe("work inside the same `try`", `try { await alpha(); WORK } catch { return denied(); }`),
  safe("a `finally` beside it", `try { await alpha(); } finally { console.log("asked"); } WORK`),
  open("work in the `finally`", `try { await alpha(); } finally { WORK }`),
  open("work in the `catch`", `try { await alpha(); } catch { WORK }`),

  safe(
    "a switch whose default refuses",
    `${SESSION} switch (session?.user?.role) { case "admin": break; default: return denied(); } WORK`,
  ),
  open("a switch without default", `${SESSION} switch (session?.user?.role) { case "guest": return denied(); } WORK`),
  safe("a choice of expressions", `${SESSION} if (session ? false : true) return denied(); WORK`),
  open(
    "a guard in a loop that may not run",
    `${SESSION} for (const one of await request.json()) { if (!session) return denied(); } WORK`,
  ),
  safe("a guard before a loop", `${SESSION} if (!session) return denied(); for (const one of [1, 2]) { WORK }`),
  open("a guard inside a callback", `${SESSION} [1].forEach(() => { if (!session) return denied(); }); WORK`),
  safe(
    "a guard inside a transaction with the work",
    `await prisma.$transaction(async (tx) => { await alpha(); WORK });`,
  ),
  open(
    "a guard in a function nobody calls",
    `${SESSION} function check() { if (!session) throw new Error("nobody"); } WORK`,
  ),
  safe(
    "a guard in a function that is called",
    `${SESSION} function check() { if (!session) throw new Error("nobody"); } check(); WORK`,
  ),

  wrapped(
    "a wrapper that refuses",
    `const wrap = (next: any) => async (request: Request) => { const s = await session0(); if (!s) return denied(); return next(request); };`,
    "wrap(HANDLER)",
    "safe",
  ),
  wrapped(
    "a wrapper that only logs",
    `const wrap = (next: any) => async (request: Request) => { console.log(await session0()); return next(request); };`,
    "wrap(HANDLER)",
    OPEN,
  ),
  wrapped(
    "a wrapper that forgets to return",
    `const wrap = (next: any) => async (request: Request) => { const s = await session0(); if (!s) denied(); return next(request); };`,
    "wrap(HANDLER)",
    OPEN,
  ),
  wrapped(
    "a curried wrapper",
    `const wrap = (role: string) => (next: any) => async (request: Request) => { const s = await session0(); if (s?.user?.role !== role) return denied(); return next(request); };`,
    `wrap("admin")(HANDLER)`,
    "safe",
  ),
  wrapped(
    "a wrapper in a wrapper",
    `const log = (next: any) => async (request: Request) => { console.log(request.url); return next(request); };\nconst wrap = (next: any) => async (request: Request) => { await alpha(); return next(request); };`,
    "log(wrap(HANDLER))",
    "safe",
  ),
  wrapped(
    "a wrapper that runs the handler first",
    `const wrap = (next: any) => async (request: Request) => { const answer = await next(request); await alpha(); return answer; };`,
    "wrap(HANDLER)",
    OPEN,
  ),
  wrapped(
    "a factory told to refuse",
    `function route({ next, open }: any) { return async (request: Request) => { if (!open) await alpha(); return next(request); }; }`,
    "route({ next: HANDLER, open: false })",
    "safe",
  ),
  wrapped(
    "a factory told not to",
    `function route({ next, open }: any) { return async (request: Request) => { if (!open) await alpha(); return next(request); }; }`,
    "route({ next: HANDLER, open: true })",
    OPEN,
  ),
];

const answers = askTable(ROWS);
for (const [at, { name, wanted }] of ROWS.entries()) {
  test(`${name}: ${wanted === "safe" ? "the caller is known, and nothing is reported" : "anybody gets in, and it is found"}`, () => {
    const asked = answers[at];
    assert.ok(asked !== undefined);
    assert.equal(complaint(wanted, asked), null);
  });
}
