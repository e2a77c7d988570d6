import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { appendFileSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { freePorts } from "@meterr/database/testing";
import type { CliError } from "../src/errors.ts";
import type { ChildEvent } from "../src/supervisor/child-keeper.ts";
import { childEnvironment } from "../src/supervisor/child-environment.ts";
import type { ChildPlan } from "../src/supervisor/child-plan.ts";
import { lastLogLine, openLog } from "../src/supervisor/log-file.ts";
import { Supervisor } from "../src/supervisor/supervisor.ts";
import { scratch } from "./support/scratch.ts";
import { eventually, isGone, journalLines, writeStub } from "./support/stub-installation.ts";
import type { StubBehaviour } from "./support/stub-server.ts";

interface Staged {
  supervisor: Supervisor;
  events: ChildEvent[];
  journal(): string[];
  pid(name: string): number;
  folder: string;
}

/** A supervisor over stub children, which are gone when the test ends. */
async function stage(
  t: TestContext,
  stubs: Omit<StubBehaviour, "journal">[],
  change: Partial<ChildPlan> = {},
): Promise<Staged> {
  const folder = scratch(t);
  const journal = join(folder, "journal");
  const ports = await freePorts(stubs.length);
  const plans = stubs.map((stub, index): ChildPlan => {
    const port = ports[index] ?? 0;
    return {
      name: stub.name,
      command: process.execPath,
      args: [writeStub(folder, { ...stub, journal })],
      cwd: folder,
      env: childEnvironment({ PATH: "/usr/bin:/bin", METERR_KEK: "x", METERR_DATABASE_URL: "x" }),
      settings: { host: "127.0.0.1", port },
      health: { host: "127.0.0.1", port, certFile: null },
      account: undefined,
      logFile: join(folder, `${stub.name}.log`),
      startWithin: 20_000,
      drainWithin: 5_000,
      ...change,
    };
  });
  const events: ChildEvent[] = [];
  const supervisor = new Supervisor({
    plans,
    report: (event) => events.push(event),
    restart: { delays: [10, 20], stableAfter: 60_000 },
  });
  t.after(() => supervisor.stop());
  const pid = (name: string) => events.findLast((event) => event.type === "launched" && event.name === name);
  return {
    supervisor,
    events,
    folder,
    journal: () => journalLines(journal),
    pid: (name) => {
      const event = pid(name);
      assert.ok(event?.type === "launched");
      return event.pid;
    },
  };
}

const endings = (lines: string[]) => lines.filter((line) => /draining$|ended$/.test(line));

test("children are drained one after another in their order, each gone before the next is asked", async (t) => {
  const { supervisor, journal, pid } = await stage(t, [
    { name: "gateway", drain: 200 },
    { name: "dashboard", drain: 50 },
    { name: "sandbox" },
  ]);
  await supervisor.start();
  await supervisor.stop();
  assert.deepEqual(endings(journal()), [
    "gateway draining",
    "gateway ended",
    "dashboard draining",
    "dashboard ended",
    "sandbox draining",
    "sandbox ended",
  ]);
  for (const name of ["gateway", "dashboard", "sandbox"]) assert.ok(isGone(pid(name)));
});

test("settings travel on descriptor 3 alone: neither arguments nor environment hold them", async (t) => {
  const canary = randomBytes(16).toString("hex");
  const [port = 0] = await freePorts(1);
  const settings = { host: "127.0.0.1", port, kek: canary };
  const { supervisor, journal } = await stage(t, [{ name: "gateway" }], {
    settings,
    health: { host: "127.0.0.1", port, certFile: null },
  });
  await supervisor.start();
  const [got, env, argv] = journal();
  assert.match(got ?? "", new RegExp(canary));
  assert.ok(!env?.includes(canary) && !argv?.includes(canary));
  assert.ok(!env?.includes("METERR_KEK") && !env?.includes("METERR_DATABASE_URL"));
});

test("a child that is killed is started again and found healthy", async (t) => {
  const { supervisor, events, pid } = await stage(t, [{ name: "gateway" }]);
  await supervisor.start();
  const first = pid("gateway");
  process.kill(first, "SIGKILL");
  await eventually(() => events.some((event) => event.type === "recovered"), "the child to recover");
  assert.notEqual(pid("gateway"), first);
  assert.deepEqual(
    events.map(({ type }) => type),
    ["launched", "restarting", "launched", "recovered"],
  );
});

test("a child that keeps dying is given up with the reason and where its log is", async (t) => {
  const staged = await stage(t, [{ name: "gateway" }]);
  await staged.supervisor.start();
  writeStub(staged.folder, { name: "gateway", journal: join(staged.folder, "journal"), refuseWith: 1 });
  process.kill(staged.pid("gateway"), "SIGKILL");
  const failure = await staged.supervisor.failed;
  assert.equal(failure.code, "child_failed");
  assert.match(failure.message, /gateway died 3 times in a row .*this cannot be; correct it/);
  assert.match(failure.next ?? "", /gateway\.log/);
});

test("a child that refuses its settings fails the start with its own words, and the others are stopped", async (t) => {
  const { supervisor, pid } = await stage(t, [{ name: "gateway", refuseWith: 78 }, { name: "sandbox" }]);
  await assert.rejects(supervisor.start(), (error: CliError) => {
    assert.equal(error.code, "configuration_refused");
    assert.equal(error.exitCode, 78);
    assert.match(error.message, /gateway refused its settings: gateway: this cannot be; correct it/);
    return /gateway\.log/.test(error.next ?? "");
  });
  assert.ok(isGone(pid("sandbox")));
});

test("a child that refuses its settings later on is not started again", async (t) => {
  const staged = await stage(t, [{ name: "gateway" }]);
  await staged.supervisor.start();
  writeStub(staged.folder, { name: "gateway", journal: join(staged.folder, "journal"), refuseWith: 78 });
  process.kill(staged.pid("gateway"), "SIGKILL");
  const failure = await staged.supervisor.failed;
  assert.equal(failure.exitCode, 78);
});

test("a child that is not ready in time fails the start and is ended", async (t) => {
  const { supervisor, pid } = await stage(t, [{ name: "gateway", neverHealthy: true }], { startWithin: 1_500 });
  await assert.rejects(supervisor.start(), /gateway was not ready within 1.5 s/);
  assert.ok(isGone(pid("gateway")));
});

test("a child that cannot be started at all fails the start", async (t) => {
  const { supervisor } = await stage(t, [{ name: "gateway" }], { command: "/nonexistent/node" });
  await assert.rejects(supervisor.start(), /gateway could not be started \(ENOENT\)/);
});

test("a child that does not drain is ended when its time is over", async (t) => {
  const { supervisor, journal, pid } = await stage(t, [{ name: "gateway", ignoresTerm: true }], { drainWithin: 1_500 });
  await supervisor.start();
  await supervisor.stop();
  assert.ok(journal().includes("gateway ignored"));
  assert.ok(isGone(pid("gateway")));
});

test("forcing ends a child in the middle of its drain", async (t) => {
  const { supervisor, journal } = await stage(t, [{ name: "gateway", drain: 60_000 }], { drainWithin: 60_000 });
  await supervisor.start();
  const stopping = supervisor.stop();
  await eventually(() => journal().includes("gateway draining"), "the drain to begin");
  supervisor.kill();
  await stopping;
  assert.ok(!journal().includes("gateway ended"));
});

test("a log that has grown large is set aside at the next start, and the oldest are dropped", async (t) => {
  const path = join(scratch(t), "gateway.log");
  for (const text of ["first", "second", "third"]) {
    const log = await openLog(path, 5);
    await log.writeFile(text);
    await log.close();
  }
  assert.equal(readFileSync(path, "utf8"), "third");
  assert.equal(readFileSync(`${path}.1`, "utf8"), "second");
  assert.equal(readFileSync(`${path}.2`, "utf8"), "first");
  assert.equal(statSync(path).mode & 0o777, 0o600);
  writeFileSync(path, "");
});

test("of a crash the error is told, not the last line of its trace; of a log line its message", async (t) => {
  const path = join(scratch(t), "gateway.log");
  writeFileSync(path, "Error [ERR_X]: the reason\n    at somewhere\n\nNode.js v26.10.0\n");
  assert.equal(await lastLogLine(path), "Error [ERR_X]: the reason");
  const before = statSync(path).size;
  assert.equal(await lastLogLine(path, before), undefined);
  appendFileSync(path, '{"level":"error","detail":"denied","msg":"no database"}\n');
  assert.equal(await lastLogLine(path, before), "no database (denied)");
});
