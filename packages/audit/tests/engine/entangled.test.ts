import assert from "node:assert/strict";
import { test } from "node:test";
import { findEntryPoints } from "../../src/entry-points/find-entry-points.ts";
import { NO_CONFIGURATION } from "../../src/findings/options.ts";
import { judgeEntryPoint, type Judgement } from "../../src/judge.ts";
import { loadProject } from "../../src/load-project.ts";
import { discover } from "../../src/source/discover.ts";
import { isEntangled } from "../../src/values/entangled.ts";
import { Memo } from "../../src/values/memo.ts";
import { UNDEFINED, client, struct, type Value } from "../../src/values/value.ts";
import { inFolderOf } from "../support/audit-files.ts";

const times = (count: number, part: (at: number) => string): string =>
  Array.from({ length: count }, (_, at) => part(at)).join("");
/** `v6` holds `v5` as often as `wrap` says, that holds `v4` … */
const nest = (levels: number, start: string, wrap: (inner: string) => string): string =>
  times(levels, (at) => `  const v${at + 1} = ${wrap(at === 0 ? start : `v${at}`)};\n`);
const fields = (inner: string): string => times(60, (at) => `f${at}: ${inner}, `);

/** Each would take a walk that remembers nothing more steps than anybody can wait for. */
const ENTANGLED: Readonly<Record<string, string>> = {
  "objects, logged": `${nest(6, "body", (inner) => `{ ${fields(inner)} }`)}  console.log(v6);`,
  "objects, answered": `${nest(6, "body", (inner) => `{ ${fields(inner)} }`)}  if (body.x) return Response.json(v6);`,
  "objects, compared": `${nest(6, "body", (inner) => `{ ${fields(inner)} }`)}  if (body.token !== v6) return Response.json({});`,
  "objects, put into a statement": `${nest(6, "body", (inner) => `{ ${fields(inner)} }`)}  await prisma.note.findMany({ where: v6 });`,
  "two of each, 40 deep": `${nest(40, "body", (inner) => `{ a: ${inner}, b: ${inner} }`)}  console.log(v40);`,
  texts: `${nest(6, "body.name", (inner) => `\`${times(60, () => `a\${${inner}}`)}\``)}  console.log(v6); await fetch(v6);`,
  "a text doubled 40 times": `${nest(40, "body.name", (inner) => `${inner} + ${inner}`)}  await fetch(\`https://example.com/?a=\${v40}\`);`,
  lists: `${nest(6, "body", (inner) => `[${`${inner}, `.repeat(60)}]`)}  console.log(v6);`,
  "what functions are given": `${nest(6, "body", (inner) => `make(${`${inner}, `.repeat(60)})`)}  if (v6) audit(v6);`,
  "what is true or not": `  let x = body.a;\n${times(40, (at) => `  x = body.c${at} ? !x : !!x;\n`)}  if (x) console.log(x);`,
  "rows by rows": `${nest(6, "body", (inner) => `await prisma.note.findFirst({ where: { ${times(60, (at) => `f${at}: ${inner}.f${at}, `)} } })`)}  console.log(v6);`,
  "lists that grow": `  const l0 = [body.a];\n${times(6, (at) => `  const l${at + 1} = [];\n${`  l${at + 1}.push(l${at});\n`.repeat(40)}`)}  console.log(l6);`,
  "lists that grow once they are held": `${times(6, (at) => `  const l${at} = [];\n  const o${at} = [${`l${at}, `.repeat(60)}];\n`)}${times(5, (at) => `  l${at + 1}.push(o${at});\n`.repeat(30))}  console.log(o5);`,
  "lists that hold each other": `  const a = [];\n  const b = [];\n${"  a.push(b);\n  b.push(a);\n".repeat(40)}  console.log(a); if (a === body.a) return Response.json(b);`,
  "an object that is added to": `${times(6, (at) => `  const v${at + 1} = {};\n${times(60, (field) => `  v${at + 1}.f${field} = ${at === 0 ? "body" : `v${at}`};\n`)}`)}  console.log(v6);`,
};

const handler = (inside: string): string => `import { prisma } from "@/lib/prisma";
import { getSession } from "@/lib/session";
export async function DELETE(request: Request, { params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  const body = await request.json();
  const session = await getSession(request);
  if (!session) return Response.json({}, { status: 401 });
${inside}
  await prisma.invoice.delete({ where: { id } });
  return Response.json({ id });
}
`;

function judged(inside: string): Judgement {
  return inFolderOf([{ path: "app/api/invoices/[id]/route.ts", text: handler(inside) }], (root) => {
    const { project, files } = loadProject(root, discover(root).files, NO_CONFIGURATION, () => undefined);
    const [entry] = findEntryPoints(project, [...files.values()]);
    assert.ok(entry !== undefined);
    return judgeEntryPoint(project, files, entry, new Map());
  });
}

/** More than a walk over what one operation holds may take. */
const MOST = 250_000;

/** The steps of a walk that is eight deep and remembers nothing; it ends at one more than it may take. */
function stepsInto(held: unknown, depth = 8, taken = 0): number {
  if (taken > MOST || depth < 0 || held === null || typeof held !== "object") return taken;
  let count = taken + 1;
  for (const part of partsOf(held as Value)) count = stepsInto(part, depth - 1, count);
  return count;
}

function partsOf(value: Value): readonly Value[] {
  switch (value.k) {
    case "struct":
      return [...value.props.values(), ...value.spreads];
    case "list":
      return value.items;
    case "derived":
      return value.args;
    case "choice":
      return value.alternatives.map((one) => one.value);
    case "pending":
      return [value.value];
    case "chain":
      return [value.root, ...value.steps.flatMap((step) => (step.kind === "member" ? [] : [...step.args]))];
    default:
      return [];
  }
}

for (const [name, inside] of Object.entries(ENTANGLED)) {
  test(`values that hold one another too often, ${name}: each walk is short, what follows is judged, nothing is proved`, () => {
    const { trace, findings, answers } = judged(inside);
    for (const one of trace.operations)
      for (const held of Object.values(one).flat())
        assert.ok(stepsInto(held) <= MOST, `a walk over what ${one.kind} holds takes more than ${MOST} steps`);
    assert.ok(
      findings.some(({ rule }) => rule.id === "tenant/unscoped-query"),
      "the row that is deleted is found",
    );
    if (trace.unknowns.length > 0) assert.ok(answers.every(({ answer }) => answer !== "proved"));
  });
}

test("values that are many and held once are followed", () => {
  const { trace, findings } = judged(
    `  const all = [${times(400, (at) => `{ name: "a${at}", held: { at: ${at} } }, `)}];\n  console.log(all, process.env.STRIPE_SECRET_KEY);`,
  );
  assert.deepEqual(
    trace.unknowns.filter((why) => /hold one another/.test(why)),
    [],
  );
  assert.ok(findings.some(({ rule }) => rule.id === "secrets/log-secret"));
});

test("sixty fields are held sixty times over before they are too many", () => {
  Memo.forgetAll();
  const sixty = (inner: Value): Value =>
    struct(Object.fromEntries(Array.from({ length: 60 }, (_, at) => [`f${at}`, inner])));
  const once = sixty(struct({ a: client("body", "a"), b: UNDEFINED }));
  assert.equal(isEntangled(once), false);
  assert.equal(isEntangled(sixty(once)), false);
  assert.equal(isEntangled(sixty(sixty(once))), true);
});
