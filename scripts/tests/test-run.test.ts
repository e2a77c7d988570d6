import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, watch } from "node:fs";
import path from "node:path";
import { text } from "node:stream/consumers";
import { after, test } from "node:test";
import { plant } from "./plant.ts";

const PASSING = `
  import assert from "node:assert/strict";
  import { writeFileSync } from "node:fs";
  import { test } from "node:test";
  test("the run's database is offered", () => {
    const settings = JSON.parse(process.env.METERR_TEST_DATABASE);
    assert.ok(settings.host.startsWith("/") && settings.password.length > 0);
    writeFileSync("host.txt", settings.host);
  });
`;
/** Hangs for as long as its database lives, so that it cannot outlive a run that was killed. */
const HANGING = `${PASSING}
  import { existsSync, readFileSync } from "node:fs";
  test("hangs", async () => {
    const host = readFileSync("host.txt", "utf8");
    while (existsSync(host)) await new Promise((resolve) => setTimeout(resolve, 50));
  });
`;
const project = plant({
  "packages/a/tests/pass.test.ts": PASSING,
  "packages/b/tests/fail.test.ts": `import { test } from "node:test"; test("fails", () => { throw new Error("no"); });`,
  "packages/c/tests/none.test.ts": "export const nothing = 1;",
  "packages/d/tests/skip.test.ts": `import { test } from "node:test"; test("a", { skip: "no browser" }, () => {});`,
  "packages/e/tests/broken.test.ts": `import { x } from "./absent.ts"; x();`,
  "apps/f/tests/hang.test.ts": HANGING,
  "modules/g/tests/broken-hook.test.ts": `
    import { before, beforeEach, test } from "node:test";
    beforeEach(() => { throw new Error("another file's hook"); });
    before(() => { throw new Error("no"); });
    test("never runs", () => {});
  `,
  "modules/g/tests/slow.mjs": "await new Promise((resolve) => setTimeout(resolve, 20)); export const slow = 1;",
  "modules/g/tests/other.test.ts": `
    import { test } from "node:test";
    import "./slow.mjs";
    test("is run as well", () => {});
  `,
  "modules/g/tests/sound.test.ts": `
    import { test } from "node:test";
    import "./slow.mjs";
    test("is run in the process of " + process.argv[1].split("/").at(-1), () => {});
  `,
  "host.txt": "",
});
after(() => project[Symbol.dispose]());

/** A run inside a run must not believe it is one of the outer run's files. */
function start(
  args: readonly string[],
  own: "own database" | "any database" = "own database",
): ChildProcess & { stdout: NodeJS.ReadableStream; stderr: NodeJS.ReadableStream } {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  if (own === "own database") delete env["METERR_TEST_DATABASE"];
  const script = path.join(import.meta.dirname, "../test.ts");
  return spawn(process.execPath, [script, "--root", project.root, ...args], {
    cwd: project.root,
    env: { ...env, NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 120_000,
  });
}

async function run(
  args: readonly string[],
  own?: "own database" | "any database",
): Promise<{ code: number; stdout: string; stderr: string }> {
  const child = start(args, own);
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")]);
  return { code: code as number, stdout, stderr };
}

const databaseFolder = (): string => path.dirname(readFileSync(path.join(project.root, "host.txt"), "utf8"));

test("a passing run has one database, ends with node's own totals, and leaves nothing behind", async () => {
  const { code, stdout } = await run(["packages/a"]);
  assert.equal(code, 0);
  assert.match(stdout, /nothing was skipped\n. tests 1\n[^]*. duration_ms [\d.]+\s*$/);
  assert.match(databaseFolder(), /meterr-test-/);
  assert.ok(!existsSync(databaseFolder()));
});

test("a failing test, a file that cannot be loaded, no test at all and a misspelt path each fail the run", async () => {
  const [failed, broken, none, misspelt] = await Promise.all([
    run(["packages/a", "packages/b"], "any database"),
    run(["packages/a", "packages/e"], "any database"),
    run(["packages/c"], "any database"),
    run(["packages/vualt"]),
  ]);
  assert.deepEqual([failed.code, broken.code, none.code, misspelt.code], [1, 1, 1, 1]);
  assert.match(none.stderr, /not one test was executed/);
  assert.match(misspelt.stderr, /packages\/vualt does not exist/);
});

test("the files of a small room share a process, where the hooks and the failure of one are no other's", async () => {
  const { code, stdout } = await run(["modules/g"], "any database");
  assert.equal(code, 1);
  assert.match(stdout, /✔ is run in the process of modules-g-batch\.test\.mjs/);
  assert.match(stdout, /✔ is run as well/);
  assert.match(stdout, /✖ never runs/);
  assert.match(stdout, /. pass 2\n/);
  const alone = await run(["modules/g/tests/sound.test.ts"], "any database");
  assert.match(alone.stdout, /✔ is run in the process of sound\.test\.ts/);
  assert.equal(alone.code, 0);
});

test("what was skipped is named with its reason, and skipping everything proves nothing", async () => {
  const { code, stdout } = await run(["packages/d"], "any database");
  assert.match(stdout, /SKIPPED packages\/d\/tests\/skip\.test\.ts: a \(no browser\)/);
  assert.equal(code, 1);
});

for (const signal of ["SIGTERM", "SIGINT", "SIGKILL"] as const) {
  test(`${signal} in the middle of a run fails it and ends its PostgreSQL`, async () => {
    const started = new Promise<void>((resolve) => {
      const watcher = watch(path.join(project.root, "host.txt"), () => {
        if (readFileSync(path.join(project.root, "host.txt"), "utf8") === "") return;
        watcher.close();
        resolve();
      });
    });
    const child = start(["apps/f"]);
    await started;
    const folder = databaseFolder();
    const server = Number(readFileSync(path.join(folder, "server/data/postmaster.pid"), "utf8").split("\n")[0]);
    child.kill(signal);
    const [code] = await once(child, "exit");
    assert.notEqual(code, 0);
    await gone(folder, server);
  });
}

/** After SIGKILL nobody is left who could tell us: ask until it is so, or fail. */
async function gone(folder: string, server: number): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (existsSync(folder) || isRunning(server)) {
    assert.ok(Date.now() < deadline, `${folder} or process ${server} is still there`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
