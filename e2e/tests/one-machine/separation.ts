import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { ROOT, type Machine } from "../../src/machine.ts";
import { attemptAs, type Attempt } from "../../src/separation/attempt.ts";
import { sharedMachine } from "../../src/shared-machine.ts";

const base = 64_100;
const [gateway, dashboard, sandbox] = [base, base + 1, base + 2];
const refused = new Set(["EACCES", "EPERM"]);
const skip = reasonToSkip();

function reasonToSkip(): string | false {
  const unproved = "nothing of the separation by user is proved by this run";
  if (process.platform !== "linux") return `SKIPPED: it needs Linux; ${unproved}`;
  if (process.getuid?.() !== 0) return `SKIPPED: it needs root; ${unproved}`;
  // Where other users cannot read the source tree, Meterr says so and does not separate.
  const as = { uid: dashboard, gid: dashboard, cwd: "/" };
  const readable = spawnSync(process.execPath, ["--check", join(ROOT, "apps/gateway/src/main.ts")], as).status === 0;
  return readable ? false : `SKIPPED: other users cannot read ${ROOT}; ${unproved}`;
}

describe("started as root", { skip }, () => {
  let machine: Machine;
  let pids: Record<string, number>;
  const at = (...names: string[]): string => join(machine.home, "home", ...names);
  const passwordOf = (role: string): string =>
    (JSON.parse(readFileSync(at("secrets", "database-roles.json"), "utf8")) as Record<string, string>)[role] ?? "";
  /** Every file below a folder, as root sees it. */
  const filesOf = (folder: string): string[] =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
  async function allRefused(uid: number, attempts: Attempt[]): Promise<void> {
    assert.ok(attempts.length > 0);
    const results = await attemptAs(uid, attempts);
    const through = attempts.filter((_, index) => !refused.has(results[index] ?? ""));
    assert.deepEqual(through, [], `user ${uid} got through, or failed for another reason: ${results.join(", ")}`);
  }

  before(async () => {
    machine = await sharedMachine();
    await machine.json(
      ["provider-secrets", "add", "--provider", "google", "--name", "s", "--sandbox", "--secret-stdin"],
      "sandbox-secret",
    );
    pids = await machine.children();
  });

  test("each process runs under a user and a group of its own, and none as root", () => {
    for (const [name, number] of Object.entries({ gateway, dashboard, sandbox })) {
      const status = readFileSync(`/proc/${pids[name]}/status`, "utf8");
      const all = Array.from({ length: 4 }, () => number).join("\t");
      assert.match(status, new RegExp(`^Uid:\t${all}$`, "m"));
      assert.match(status, new RegExp(`^Gid:\t${all}$`, "m"));
      assert.match(status, /^Groups:\s*$/m);
      assert.match(status, /^CapEff:\t0+$/m);
    }
  });

  test("the dashboard's user reads neither the KEK, nor the keystore, nor the signed heads, nor any other secret", async () => {
    const secrets = filesOf(at("secrets"));
    const keystore = filesOf(at("keystore"));
    assert.ok(secrets.some((path) => path.endsWith("kek")) && keystore.length > 1);
    const files: Attempt[] = [...secrets, ...keystore, at("operator.json"), at("logs", "gateway.log")].map((path) => ({
      what: "read",
      path,
    }));
    const folders: Attempt[] = ["secrets", "keystore", "audit-heads", "logs", "sandbox"].map((name) => ({
      what: "list",
      path: at(name),
    }));
    await allRefused(dashboard, [...files, ...folders]);
    await allRefused(sandbox, [...files, ...folders.filter((one) => "path" in one && !one.path.endsWith("sandbox"))]);
    // The same attempts by the one user they are meant for: that they fail above is the user, not the attempt.
    const results = await attemptAs(
      gateway,
      keystore.map((path) => ({ what: "read", path })),
    );
    assert.deepEqual(new Set(results), new Set(["ok"]));
    // And the KEK itself came to the gateway by descriptor alone: not even it can read the file.
    await allRefused(
      gateway,
      secrets.map((path) => ({ what: "read", path })),
    );
  });

  test("the dashboard's user looks into no other process: not its environment, memory, descriptors, and no debugger", async () => {
    const supervisor = machine.supervisor.pid ?? 0;
    const attempts = [pids["gateway"] ?? 0, supervisor].flatMap((pid): Attempt[] => [
      { what: "read", path: `/proc/${pid}/environ` },
      { what: "list", path: `/proc/${pid}/fd` },
      // proc_pid_mem(5): opening it is governed by the very check of ptrace(2)'s attach.
      { what: "open for writing", path: `/proc/${pid}/mem` },
      { what: "signal", pid, signal: 0 },
      // How Node's debugger is opened.
      { what: "signal", pid, signal: "SIGUSR1" },
    ]);
    await allRefused(dashboard, attempts);
    await allRefused(sandbox, attempts);
    const [own] = await attemptAs(dashboard, [{ what: "read", path: `/proc/${pids["dashboard"]}/environ` }]);
    assert.equal(own, "ok");
  });

  test("no process has a secret in its environment or arguments", () => {
    const secrets = [...filesOf(at("secrets")), at("operator.json")]
      .flatMap((path) => readFileSync(path, "utf8").match(/[A-Za-z0-9_-]{30,}/g) ?? [])
      .map(String);
    assert.ok(secrets.length > 5);
    for (const pid of Object.values(pids)) {
      const shown = readFileSync(`/proc/${pid}/environ`, "utf8") + readFileSync(`/proc/${pid}/cmdline`, "utf8");
      for (const secret of secrets) assert.ok(!shown.includes(secret));
    }
  });

  test("the dashboard's user reaches the database as its own role alone, and the sandbox's as none", async () => {
    const host = readFileSync(at("postgres", "data", "postmaster.pid"), "utf8").split("\n")[4] ?? "";
    const own = passwordOf("meterr_dashboard");
    const as = (user: string, password: string): Attempt => ({ what: "connect to database", host, user, password });
    assert.deepEqual(await attemptAs(dashboard, [as("meterr_dashboard", own)]), ["ok"]);
    const others = ["meterr_gateway", "meterr_owner", "meterr_worker", "postgres"].map((user) => as(user, own));
    // 28P01: invalid_password
    assert.deepEqual(new Set(await attemptAs(dashboard, others)), new Set(["28P01"]));
    assert.deepEqual(await attemptAs(sandbox, [as("meterr_dashboard", "guessed")]), ["28P01"]);
    await allRefused(dashboard, [
      { what: "list", path: at("postgres", "data") },
      { what: "read", path: at("postgres", "superuser-password") },
    ]);
  });

  test("only the dashboard's user may speak to the key service", async () => {
    const ask: Attempt[] = [{ what: "ask socket", path: at("run", "key-service", "key-service.sock") }];
    assert.deepEqual(await attemptAs(dashboard, ask), ["ok"]);
    await allRefused(sandbox, ask);
    await allRefused(65_534, ask);
  });

  test("what the processes run from is not theirs to change", () => {
    for (const name of ["gateway", "dashboard", "sandbox"]) {
      const { uid, mode } = statSync(join(ROOT, "apps", name, "src", "main.ts"));
      assert.ok(uid < base || uid > base + 3);
      assert.equal(mode & 0o022, 0);
    }
  });
});
