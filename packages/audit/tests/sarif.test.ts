import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { Ajv } from "ajv";
import { sarifReport } from "../src/report/sarif/sarif-report.ts";
import { relativeUri } from "../src/report/sarif/location.ts";
import type { Reported } from "../src/report/reported.ts";
import { at, entryPoint, finding, LEAKED, reported, UNSCOPED } from "./support/report-fixture.ts";
import { SARIF_SHAPE, type SarifLog, type SarifRun } from "./support/sarif-shape.ts";

/** The log, checked against what the standard says of every part that is used. */
function sarif(input: Reported): SarifRun {
  const value: unknown = JSON.parse([...sarifReport(input)].join(""));
  const log: SarifLog = SARIF_SHAPE.parse(value);
  const [run] = log.runs;
  assert.ok(run);
  for (const { ruleId, ruleIndex } of run.results) {
    if (ruleIndex !== undefined) assert.equal(run.tool.driver.rules[ruleIndex]?.id, ruleId);
  }
  const official = process.env["METERR_SARIF_SCHEMA"];
  if (official !== undefined) {
    const { id: _, $schema: __, ...schema } = JSON.parse(readFileSync(official, "utf8")) as Record<string, unknown>;
    const ajv = new Ajv({ strict: false, validateFormats: false });
    assert.ok(ajv.validate(schema, value), ajv.errorsText());
  }
  return run;
}

test("a violation says where, how it is reached, and by which rule", () => {
  const run = sarif(reported({ findings: [finding()] }));
  const [result] = run.results;
  assert.equal(run.columnKind, "utf16CodeUnits");
  assert.equal(result?.ruleId, UNSCOPED.id);
  assert.equal(result?.level, "error");
  assert.equal(result?.kind, "fail");
  assert.deepEqual(result?.locations[0]?.physicalLocation, {
    artifactLocation: { uri: "app/api/projects/%5Bid%5D/route.ts", uriBaseId: "%SRCROOT%" },
    region: { startLine: 3, startColumn: 9, endLine: 3, endColumn: 26 },
  });
  const steps = result?.codeFlows?.[0]?.threadFlows[0]?.locations ?? [];
  assert.deepEqual(
    steps.map(({ location }) => location.message?.text),
    ["DELETE /api/projects/[id]", "db.project.delete"],
  );
});

test("a rule carries help with examples, its weakness, and a score GitHub understands", () => {
  const [rule, low] = sarif(reported()).tool.driver.rules;
  assert.match(rule?.help?.markdown ?? "", /## Wrong\n\n```ts app\/route\.ts\nawait db/);
  assert.match(rule?.help?.markdown ?? "", /````ts app\/route\.ts/, "a fence longer than any inside");
  assert.deepEqual(rule?.properties?.tags, ["security", "tenant", "external/cwe/cwe-639", "external/cwe/cwe-020"]);
  assert.equal(rule?.properties?.["security-severity"], "9.5");
  assert.deepEqual([low?.id, low?.defaultConfiguration?.level], [LEAKED.id, "note"]);
});

test("unknown answers are left out unless they were asked for, and are then open and of no level", () => {
  const entryPoints = [
    entryPoint("GET /a", [
      ["auth", "unknown"],
      ["tenant", "proved"],
    ]),
  ];
  assert.equal(sarif(reported({ entryPoints })).results.length, 0);
  const [result] = sarif(reported({ entryPoints }, { includeUnknown: true })).results;
  assert.deepEqual([result?.ruleId, result?.kind, result?.level], ["auth/unknown", "open", "none"]);
  assert.match(result?.message.text ?? "", /lib\/guard\.ts is not in the tree/);
});

test("what was accepted in the code or by the baseline is there with its reason, and is no new result", () => {
  const known = finding({ fingerprint: "known" });
  const accepted = finding({ suppressed: "the id is a capability" });
  const fresh = finding();
  const baseline = {
    version: 1 as const,
    findings: [{ fingerprint: "known", rule: known.rule, file: "a", message: "" }],
  };
  const { results } = sarif(reported({ findings: [accepted, known, fresh] }, { baseline }));
  assert.deepEqual(
    results.map(({ baselineState, suppressions }) => [
      baselineState,
      suppressions?.[0]?.kind,
      suppressions?.[0]?.justification,
    ]),
    [
      ["new", undefined, undefined],
      ["unchanged", "external", "It stands in the baseline."],
      ["new", "inSource", "the id is a capability"],
    ],
  );
});

test("fingerprints stay when lines are added above, and equal ones are told apart", () => {
  const prints = (line: number): unknown[] =>
    sarif(
      reported({
        findings: [1, 2].map((column) => finding({ fingerprint: "same", location: at("a.ts", line, column) })),
      }),
    ).results.map(({ partialFingerprints }) => partialFingerprints);
  assert.deepEqual(prints(1), prints(40));
  assert.notDeepEqual(prints(1)[0], prints(1)[1]);
});

test("what could not be judged is notified, and the run still counts as one", () => {
  const { invocations } = sarif(
    reported({ diagnostics: [{ file: "a b.ts", line: 7, kind: "syntax", message: "has a syntax error" }] }),
  );
  assert.equal(invocations[0]?.executionSuccessful, true);
  const [notification] = invocations[0]?.toolExecutionNotifications ?? [];
  assert.deepEqual([notification?.level, notification?.descriptor?.id], ["error", "syntax"]);
  assert.equal(notification?.locations?.[0]?.physicalLocation.artifactLocation.uri, "a%20b.ts");
});

test("more than GitHub takes is cut, the least severe first, and said", () => {
  const low = Array.from({ length: 25_100 }, (_, line) =>
    finding({ severity: "low", rule: LEAKED.id, path: [], location: at("a.ts", line + 1) }),
  );
  const { results, invocations } = sarif(reported({ findings: [...low, finding()] }));
  assert.equal(results.length, 25_000);
  assert.equal(results[0]?.ruleId, UNSCOPED.id);
  assert.match(invocations[0]?.toolExecutionNotifications[0]?.message.text ?? "", /^101 results/);
});

test("a file that would be too large compressed is cut as well", () => {
  const noise = (): string => randomBytes(1_800).toString("utf16le");
  const findings = Array.from({ length: 6_000 }, (_, line) =>
    finding({ message: noise(), path: [], location: at("a.ts", line + 1) }),
  );
  const text = [...sarifReport(reported({ findings }))].join("");
  assert.ok(gzipSync(text, { level: 1 }).length < 10_000_000);
  assert.match(text, /were left out to stay within GitHub/);
});

test("a very long path keeps both its ends", () => {
  const path = Array.from({ length: 30_000 }, (_, index) => ({
    location: at("a.ts", index + 1),
    label: `step ${index}`,
  }));
  const steps =
    sarif(reported({ findings: [finding({ path })] })).results[0]?.codeFlows?.[0]?.threadFlows[0]?.locations ?? [];
  assert.equal(steps.length, 1_000);
  assert.deepEqual([steps[0]?.location.message?.text, steps.at(-1)?.location.message?.text], ["step 0", "step 29999"]);
});

test("nothing found, no file and no rule make a valid log", () => {
  assert.deepEqual(sarif(reported({ files: 0 }, { rules: [] })).results, []);
});

test("odd file names and texts make valid references and JSON", () => {
  assert.equal(relativeUri("a b/[id]/(group)/ü#?%.ts"), "a%20b/%5Bid%5D/%28group%29/%C3%BC%23%3F%25.ts");
  assert.doesNotThrow(() => relativeUri("\ud800.ts"));
  const odd = finding({
    message: "\ud800\u0000\u2028",
    location: { file: "a.ts", line: 5, column: 9, endLine: 5, endColumn: 2 },
  });
  const [result] = sarif(reported({ findings: [odd] })).results;
  assert.deepEqual(result?.locations[0]?.physicalLocation.region, { startLine: 5 });
});
