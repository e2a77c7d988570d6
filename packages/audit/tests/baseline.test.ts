import assert from "node:assert/strict";
import { test } from "node:test";
import { AuditError } from "../src/audit-error.ts";
import { baselineOf, compareWithBaseline, formatBaseline, parseBaseline } from "../src/baseline/baseline.ts";
import { at, finding } from "./support/report-fixture.ts";

test("what is in the baseline is known, what is not is new, wherever it has moved to", () => {
  const before = [finding({ fingerprint: "a" }), finding({ fingerprint: "b" })];
  const baseline = parseBaseline(formatBaseline(baselineOf(before)));
  const now = [
    finding({ fingerprint: "a", location: at("app/api/projects/[id]/route.ts", 90) }),
    finding({ fingerprint: "c" }),
  ];
  const { fresh, known, gone } = compareWithBaseline(now, baseline);
  assert.deepEqual([fresh.map((one) => one.fingerprint), known.map((one) => one.fingerprint), gone], [["c"], ["a"], 1]);
});

test("a second copy of a known violation is new", () => {
  const one = finding({ fingerprint: "a" });
  const { fresh, known } = compareWithBaseline([one, finding({ fingerprint: "a" })], baselineOf([one]));
  assert.deepEqual([fresh.length, known.length], [1, 1]);
});

test("another rule's entry makes nothing known", () => {
  const { fresh } = compareWithBaseline(
    [finding({ fingerprint: "a", rule: "x/y" })],
    baselineOf([finding({ fingerprint: "a" })]),
  );
  assert.equal(fresh.length, 1);
});

test("what is suppressed in the code stands in no baseline and is neither new nor known", () => {
  const accepted = finding({ suppressed: "why" });
  assert.deepEqual(baselineOf([accepted]).findings, []);
  assert.deepEqual(compareWithBaseline([accepted], null), { fresh: [], known: [], gone: 0 });
});

test("the same findings in any order make the same bytes", () => {
  const findings = [
    finding({ location: at("b.ts", 1) }),
    finding({ location: at("a.ts", 9) }),
    finding({ location: at("a.ts", 1) }),
  ];
  assert.equal(formatBaseline(baselineOf(findings)), formatBaseline(baselineOf(findings.toReversed())));
});

test("a file that is no baseline is refused by its code", () => {
  for (const text of [
    "",
    "[]",
    "{}",
    '{"version":2,"findings":[]}',
    '{"version":1,"findings":[{}]}',
    '{"version":1,"findings":[],"more":1}',
  ]) {
    assert.throws(
      () => parseBaseline(text),
      (error) => error instanceof AuditError && error.code === "baseline_invalid",
      text,
    );
  }
});
