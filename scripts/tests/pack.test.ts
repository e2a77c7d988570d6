import assert from "node:assert/strict";
import { glob, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { parseSync } from "oxc-parser";
import { packWorkspace, type Packed } from "../pack/pack-workspace.ts";
import { publishedManifest } from "../pack/published-manifest.ts";
import { emptyProject, findNodes } from "./pack/empty-project.ts";

const ROOT = path.join(import.meta.dirname, "../..");
/** What package.json of the runtime says it needs, and no more: an optional peer that is imported by mistake is missing. */
const NEEDED = ["zod", "jose", "ipaddr.js", "@standard-schema/spec"];

/** Every release of Node that is kept up. */
const MAJORS = [22, 24, 26] as const;

let out = "";
let runtime: Packed;
before(async () => {
  out = await mkdtemp(path.join(tmpdir(), "packed-"));
  runtime = await packWorkspace({ root: ROOT, folder: "packages/runtime", out });
});
after(() => rm(out, { recursive: true, force: true }));

const ROUTE = `
import { z } from "zod";
import {
  apiToken, memberTenant, memoryRateLimiter, mount, parseManifest, routeKey, type RuntimeHost,
} from "@meterr/runtime";

const tenantId = "0192d3a0-0000-7000-8000-000000000001";
const host: RuntimeHost = {
  limiter: memoryRateLimiter({ now: () => performance.now() }),
  now: () => new Date(),
  clientAddress: () => "192.0.2.1",
  allowedOrigins: [],
  audit: async () => undefined,
  report: ({ error }) => { throw error; },
  withTenant: async (tenant, fn) => fn({ query: async <Row>() => ({ rows: [{ org: tenant.id }] as Row[], rowCount: 1 }) }),
};
const manifest = parseManifest({
  schema_version: "1.0.0", slug: "greeting", title: "Greeting", description: "Says hello.", tool: "node",
  key_type: ["route"], runtime: ["node"], version: "1.0.0", side_effects: [], required_env: [], optional_env: [],
  exposed_routes: [
    { path: "/hello/:name", method: ["POST"], auth: ["api_token"], tenant_scope: "per-request-tenant-id", description: "Hello." },
  ],
  tenant_scope: "per-request-tenant-id", compatibility: {}, dependencies: [], tables: [], license_spdx: "Apache-2.0",
});
const rule = { points: 10, seconds: 60 };
const hello = routeKey({
  host, manifest, method: "POST", path: "/hello/:name",
  auth: apiToken({
    prefix: "tok_",
    find: async (token) => token === "tok_ann"
      ? { id: "1", label: "Ann", expiresAt: null, memberships: [{ tenantId, subjectId: "2", role: "owner", visibility: "tenant" }] }
      : null,
  }),
  tenant: memberTenant(), authorize: ({ tenant }) => tenant.role === "owner",
  input: { params: z.object({ name: z.string() }), body: z.strictObject({ loud: z.boolean() }) },
  limit: { address: rule, tenant: rule }, maxBodyBytes: 100, idempotency: "none",
  handler: async ({ params, body, sql, tenant }) => {
    const { rows } = await sql.query<{ org: string }>("select org");
    const name: string = body.loud ? params.name.toUpperCase() : params.name;
    return { status: 200, body: { hello: name, own: rows[0]?.org === tenant.id } };
  },
});
const ask = async (token: string): Promise<string> => {
  const headers = { authorization: \`Bearer \${token}\`, "content-type": "application/json" };
  const answer = await mount([hello])(new Request("http://h/hello/bo", { method: "POST", headers, body: '{"loud":true}' }));
  return \`\${answer.status} \${answer.ok ? await answer.text() : ""}\`;
};
console.log(await ask("tok_ann"));
console.log(await ask("tok_eve"));
`;

test("the packed runtime compiles in an empty strict project without any types of Node", async (context) => {
  await using project = await emptyProject([runtime], NEEDED, { "src/main.ts": ROUTE });
  assert.equal(await project.compile(), "");
  const nodes = await findNodes();
  for (const major of MAJORS) {
    const file = nodes.get(major);
    const skip = file === undefined ? `SKIPPED: no Node ${major} here, and METERR_TEST_NODES names none` : false;
    await context.test(`and its route runs under Node ${major}`, { skip }, async () => {
      assert.equal(await project.run(file ?? "", "built/main.js"), '200 {"hello":"BO","own":true}\n401 \n');
    });
  }
});

test("the packed runtime holds no source that runs only here, and every door leads to a file", async () => {
  await using project = await emptyProject([runtime], [], {});
  const installed = path.join(project.folder, "node_modules/@meterr/runtime");
  const manifest = JSON.parse(await readFile(path.join(installed, "package.json"), "utf8")) as {
    exports: Record<string, string | { types: string; default: string }>;
    private?: boolean;
    devDependencies?: object;
  };
  assert.equal(manifest.private, undefined);
  assert.equal(manifest.devDependencies, undefined);
  const doors = Object.values(manifest.exports).flatMap((door) =>
    typeof door === "string" ? [door] : Object.values(door),
  );
  for (const door of doors) assert.ok((await readFile(path.join(installed, door))).byteLength > 0, door);
  for await (const file of glob("**/*.ts", { cwd: installed })) {
    assert.match(file, /\.d\.ts$/);
    assert.doesNotMatch(await readFile(path.join(installed, file), "utf8"), /from "\.[^"]*\.tsx?"/, file);
  }
});

test("the packed runtime carries the SQL of each of its tables, up and down", async () => {
  await using project = await emptyProject([runtime], [], {});
  const installed = path.join(project.folder, "node_modules/@meterr/runtime/migrations");
  for (const [file, table] of [
    ["0002_job_runs", "job_runs"],
    ["idempotency-keys/0001_idempotency_keys", "idempotency_keys"],
    ["webhook-claims/0001_webhook_claims", "webhook_claims"],
  ] as const) {
    for (const [direction, statement] of [
      ["up", `create table ${table} `],
      ["down", `drop table if exists ${table};`],
    ] as const) {
      assert.ok((await readFile(path.join(installed, `${file}.${direction}.sql`), "utf8")).includes(statement), file);
    }
  }
});

const PEERS = `
import { githubWebhook, standardWebhook, stripeWebhook } from "@meterr/runtime/webhooks";
import { postgresRateLimiter, redisRateLimiter } from "@meterr/runtime/limits";

void [githubWebhook, standardWebhook, stripeWebhook];
const pool = { query: async () => ({ rows: [], rowCount: 0 }) };
for (const make of [() => postgresRateLimiter({ pool }), () => redisRateLimiter({ client: { eval: async () => null } })]) {
  console.log(await make().then(() => "made", (error: Error & { code?: string }) => \`\${error.code} \${error.message}\`));
}
`;

test("without its optional peers every door compiles and opens, and what needs one says what to install", async () => {
  await using project = await emptyProject([runtime], NEEDED, { "src/main.ts": PEERS });
  assert.equal(await project.compile(), "");
  const lines = (await project.run(process.execPath, "built/main.js")).trim().split("\n");
  assert.equal(lines.length, 2);
  for (const line of lines) assert.match(line, /^peer_missing .*npm install rate-limiter-flexible$/);
});

test("no packed module does anything when it is imported, so that a bundler may leave out what is not used", async () => {
  await using project = await emptyProject([runtime], [], {});
  const dist = path.join(project.folder, "node_modules/@meterr/runtime/dist");
  let modules = 0;
  for await (const file of glob("**/*.js", { cwd: dist })) {
    const { program } = parseSync(file, await readFile(path.join(dist, file), "utf8"));
    const acts = program.body.filter(
      ({ type }) => type === "ExpressionStatement" || /^(?:For|While|Do|If|Try)/.test(type),
    );
    assert.deepEqual(
      acts.map(({ type }) => type),
      [],
      file,
    );
    modules += 1;
  }
  assert.ok(modules > 50);
});

test("a published manifest's doors lead to built files, and what is no source stays where it is", () => {
  assert.deepEqual(
    publishedManifest({
      name: "a",
      version: "1.0.0",
      private: true,
      exports: { ".": "./src/index.ts", "./react": "./src/ui/react.tsx", "./schema.json": "./schema/a.json" },
      bin: { a: "./bin/a.mjs" },
      devDependencies: { b: "1" },
      scripts: { test: "x" },
    }),
    {
      name: "a",
      version: "1.0.0",
      engines: { node: ">=22" },
      sideEffects: false,
      exports: {
        ".": { types: "./dist/index.d.ts", default: "./dist/index.js" },
        "./react": { types: "./dist/ui/react.d.ts", default: "./dist/ui/react.js" },
        "./schema.json": "./schema/a.json",
      },
      types: "./dist/index.d.ts",
      bin: { a: "./bin/a.mjs" },
    },
  );
});
