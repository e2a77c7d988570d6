import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { AuditError, NO_CONFIGURATION, type Diagnostic } from "@meterr/audit";
import { finding, RULE, runAudit } from "./support/run-audit.ts";
import { scratch, write } from "./support/scratch.ts";

const UNJUDGED: Diagnostic = { file: "b.ts", line: 3, kind: "syntax", message: "has a syntax error" };
const text = (...path: string[]): string => readFileSync(join(...path), "utf8");

test("it ends with 0 when clean, 1 on violations, 3 when something could not be judged, and violations weigh more", async (t) => {
  const root = scratch(t);
  const violated = { findings: [finding("a.ts")] };
  const ends = async (result: object): Promise<number> => (await runAudit(root, [], { result })).code;
  assert.equal(await ends({}), 0);
  assert.equal(await ends(violated), 1);
  assert.equal(await ends({ diagnostics: [UNJUDGED] }), 3);
  assert.equal(await ends({ ...violated, diagnostics: [UNJUDGED] }), 1);
  assert.equal(await ends({ findings: [finding("a.ts", { suppressed: "why" })] }), 0);
  assert.equal(await ends({ diagnostics: [{ ...UNJUDGED, kind: "suppression" }] }), 0);
});

test("wrong usage ends with 2 and judges nothing", async (t) => {
  const root = scratch(t);
  write(root, { "a.ts": "code" });
  const wrong: string[][] = [
    ["missing"],
    ["a.ts"],
    ["--format", "xml"],
    ["--baseline", "missing.json"],
    ["--baseline", "a.ts"],
    ["--update-baseline", "--no-baseline"],
    ["--update-baseline", "--changed"],
    ["--json", "--format", "sarif"],
    ["--force"],
    ["--init", "--changed"],
    ["--explain", "no/such"],
    ["--changed"],
    ["--nonsense"],
  ];
  for (const args of wrong) {
    const stub = {};
    const { code, out, err } = await runAudit(root, args, stub);
    assert.deepEqual([code, out, "asked" in stub], [2, "", false], args.join(" "));
    assert.notEqual(err, "");
  }
});

test("a failure of the audit itself is incomplete, never clean and never a violation", async (t) => {
  const root = scratch(t);
  assert.equal((await runAudit(root, [], { fails: new Error("boom") })).code, 3);
  assert.equal((await runAudit(root, [], { fails: new AuditError("unreadable_folder", "EACCES") })).code, 3);
  assert.equal((await runAudit(root, [], { fails: new AuditError("not_a_folder", "no") })).code, 2);
});

test("SARIF on stdout is the log and nothing else; what a person wants to know goes to stderr", async (t) => {
  const root = scratch(t);
  const result = { findings: [finding("a.ts")], diagnostics: [UNJUDGED] };
  const { code, out, err } = await runAudit(root, [".", "--format", "sarif", "--no-baseline"], { result });
  const log = JSON.parse(out) as { version: string; runs: { results: unknown[] }[] };
  assert.deepEqual([code, log.version, log.runs[0]?.results.length], [1, "2.1.0", 1]);
  assert.match(err, /b\.ts:3 has a syntax error\n.*1 violation, 0 unknown/);
  assert.equal((await runAudit(root, ["--format", "sarif", "--quiet"], { result })).err, "");
});

test("every format goes to stdout or, whole, to a file", async (t) => {
  const root = scratch(t);
  const result = { findings: [finding("a.ts")] };
  for (const format of ["terminal", "json", "sarif", "markdown"]) {
    const { out } = await runAudit(root, ["--format", format], { result });
    const written = await runAudit(root, ["--format", format, "--output", `${format}.txt`], { result });
    assert.deepEqual([written.code, written.out], [1, ""]);
    assert.equal(text(root, `${format}.txt`), out);
  }
  assert.equal((await runAudit(root, ["--json"], { result })).out, text(root, "json.txt"));
  assert.equal((await runAudit(root, ["--output", "-", "--json"], { result })).out, text(root, "json.txt"));
  assert.deepEqual(
    readdirSync(root).filter((name) => name.startsWith(".")),
    [],
  );
});

test("a report that cannot be written is wrong usage: 1 would mean violations", async (t) => {
  const root = scratch(t);
  mkdirSync(join(root, "folder"));
  for (const output of ["missing/report.json", "folder"]) {
    const { code, err } = await runAudit(root, ["--json", "--output", output], { result: {} });
    assert.equal(code, 2);
    assert.match(err, /cannot be written/);
  }
});

test("colours are for terminals, unless NO_COLOR or FORCE_COLOR says otherwise", async (t) => {
  const root = scratch(t);
  const stub = { result: { findings: [finding("a.ts")] } };
  const painted = async (env: Record<string, string>, isTTY?: true): Promise<boolean> =>
    (await runAudit(root, [], stub, env, { isTTY })).out.includes("\u001b[");
  assert.equal(await painted({}), false);
  assert.equal(await painted({}, true), true);
  assert.equal(await painted({ NO_COLOR: "1" }, true), false);
  assert.equal(await painted({ FORCE_COLOR: "1" }), true);
  assert.equal(await painted({ FORCE_COLOR: "0" }, true), false);
  assert.equal(await painted({ FORCE_COLOR: "1", NO_COLOR: "1" }), false);
  await runAudit(root, ["--output", "report.txt"], stub, { FORCE_COLOR: "1" }, { isTTY: true });
  assert.doesNotMatch(text(root, "report.txt"), /\u001b/);
});

test("with a baseline only new violations fail, and it is written anew on request", async (t) => {
  const root = scratch(t);
  const old = { findings: [finding("a.ts")] };
  const both = { findings: [finding("a.ts"), finding("b.ts")] };
  assert.equal((await runAudit(root, ["--update-baseline"], { result: old })).code, 0);
  assert.equal((await runAudit(root, [], { result: old })).code, 0);
  assert.equal((await runAudit(root, ["--no-baseline"], { result: old })).code, 1);
  const { code, out } = await runAudit(root, [], { result: both });
  assert.equal(code, 1);
  assert.match(out, /b\.ts[\s\S]*1 new violation .*1 known from the baseline/);
  assert.match((await runAudit(root, [], { result: {} })).out, /1 entry of the baseline is found no longer/);

  assert.equal((await runAudit(root, ["--baseline", "other.json", "--update-baseline"], { result: both })).code, 0);
  assert.equal((await runAudit(root, ["--baseline", "other.json"], { result: both })).code, 0);
  assert.equal((await runAudit(root, [], { result: both })).code, 1, "the usual baseline is untouched");
});

test("a baseline that is none is refused, and can be replaced", async (t) => {
  const root = scratch(t);
  write(root, { "keys.baseline.json": "{}" });
  assert.equal((await runAudit(root, [], { result: {} })).code, 2);
  assert.equal((await runAudit(root, ["--update-baseline"], { result: {} })).code, 0);
  assert.equal((await runAudit(root, [], { result: {} })).code, 0);
});

test("keys.config.json reaches the engine; what is wrong in it is said and makes the audit incomplete", async (t) => {
  const root = scratch(t);
  write(root, { "keys.config.json": '{\n  "authHelpers": ["requireUser"],\n  "oops": 1\n}' });
  const stub: Parameters<typeof runAudit>[2] = { result: {} };
  const { code, out } = await runAudit(root, [], stub);
  assert.equal(code, 3);
  assert.match(out, /! keys\.config\.json:3 "oops" is no field/);
  assert.deepEqual(stub.asked?.configuration.authHelpers, ["requireUser"]);

  mkdirSync(join(root, "sub/keys.config.json"), { recursive: true });
  assert.match((await runAudit(root, ["sub"], { result: {} })).out, /keys\.config\.json cannot be read \(EISDIR\)/);
});

test("results are kept in the user's cache, never in the audited tree, and not at all with --no-cache", async (t) => {
  const root = scratch(t);
  const folder = async (args: string[], env: Record<string, string>): Promise<string | null | undefined> => {
    const stub: Parameters<typeof runAudit>[2] = { result: {} };
    await runAudit(root, args, stub, env);
    return stub.asked?.cacheFolder;
  };
  const kept = await folder([], { XDG_CACHE_HOME: "/home/me/cache", LOCALAPPDATA: "/home/me/cache" });
  assert.ok(kept?.startsWith(join("/home/me/cache", "keys-audit")));
  assert.equal(await folder([], {}), null);
  assert.equal(await folder(["--no-cache"], { XDG_CACHE_HOME: "/home/me/cache" }), null);
  assert.deepEqual(readdirSync(root), []);
});

test("--explain says everything about a rule, to people and to machines", async (t) => {
  const root = scratch(t);
  const { code, out } = await runAudit(root, ["--explain", RULE.id]);
  assert.equal(code, 0);
  for (const part of [
    RULE.id,
    RULE.title,
    RULE.explanation,
    RULE.fix,
    "CWE-639",
    "db.find({ id })",
    "db.find({ id, orgId })",
    "keys-audit-ignore",
  ]) {
    assert.ok(out.includes(part), part);
  }
  assert.deepEqual(JSON.parse((await runAudit(root, ["--explain", RULE.id, "--json"])).out), RULE);
  assert.match((await runAudit(root, ["--explain", "tenant/no-such"])).err, /There are: tenant\/unscoped-query\./);
});

test("--init writes configuration, baseline and workflow, after which only new violations fail", async (t) => {
  const root = scratch(t);
  const result = { findings: [finding("a.ts")] };
  const { code, out } = await runAudit(root, ["--init"], { result });
  assert.equal(code, 0);
  assert.match(out, /1 violation found today stands in the baseline/);
  assert.deepEqual(JSON.parse(text(root, "keys.config.json")), NO_CONFIGURATION);
  const workflow = text(root, ".github/workflows/keys-audit.yml");
  assert.match(workflow, /^permissions:\n {2}contents: read$/m);
  for (const [, ref] of workflow.matchAll(/uses: \S+@(\S+)/g)) assert.match(ref ?? "", /^[0-9a-f]{40}$/);
  assert.match(workflow, /@meterr\/keys@1\.2\.3 audit --format sarif/);
  assert.equal((await runAudit(root, [], { result })).code, 0);
  assert.equal((await runAudit(root, [], { result: { findings: [...result.findings, finding("b.ts")] } })).code, 1);
});

test("--init overwrites nothing unless forced", async (t) => {
  const root = scratch(t);
  write(root, { "keys.config.json": "{}" });
  const { code, err } = await runAudit(root, ["--init"], { result: {} });
  assert.equal(code, 1);
  assert.match(err, /keys\.config\.json\n.*--force/);
  assert.deepEqual([text(root, "keys.config.json"), existsSync(join(root, "keys.baseline.json"))], ["{}", false]);
  const forced = JSON.parse((await runAudit(root, ["--init", "--force", "--json"], { result: {} })).out) as object;
  assert.deepEqual(forced, {
    written: ["keys.config.json", "keys.baseline.json", ".github/workflows/keys-audit.yml"],
    baseline: 0,
    incomplete: false,
  });
});

test("below a repository's root the workflow stands at the root and audits that folder alone", async (t) => {
  const root = scratch(t);
  write(root, { ".git/refs/remotes/origin/HEAD": "ref: refs/remotes/origin/trunk\n", "apps/a: b's/x.ts": "" });
  await runAudit(join(root, "apps/a: b's"), ["--init"], { result: {} });
  const workflow = text(root, ".github/workflows/keys-audit.yml");
  assert.match(workflow, /branches: \["trunk"\]/);
  const [run] = /run: (".*sarif.*")$/m.exec(workflow)?.slice(1) ?? [];
  assert.match(JSON.parse(run ?? "null") as string, /audit 'apps\/a: b'\\''s' --format/);
});

test(
  "a folder that cannot be written is said, and is no violation",
  { skip: process.getuid?.() === 0 ? "root may write anywhere" : false },
  async (t) => {
    const root = scratch(t);
    chmodSync(root, 0o500);
    t.after(() => chmodSync(root, 0o700));
    assert.equal((await runAudit(root, ["--update-baseline"], { result: {} })).code, 2);
  },
);
