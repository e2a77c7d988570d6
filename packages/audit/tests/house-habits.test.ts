import assert from "node:assert/strict";
import { test } from "node:test";
import type { KeptEntry } from "../src/cache/entry-cache.ts";
import { withoutHouseHabits } from "../src/findings/house-habits.ts";

let lines = 0;

function entry(rules: readonly string[], mayHaveAsked: boolean, file = "src/a.ts", line = (lines += 1)): KeptEntry {
  const location = { file, line, column: 1, endLine: line, endColumn: 2 };
  return {
    findings: rules.map((rule) => ({ rule, message: rule, location, path: [] })),
    answers: [
      { requirement: "tenant", answer: "violated", reason: null },
      { requirement: "errors", answer: "violated", reason: null },
    ],
    reads: [],
    functions: [],
    mayHaveAsked,
  };
}

const answersOf = (entries: readonly KeptEntry[]): string[][] =>
  entries.map(({ answers }) => answers.map(({ answer }) => answer));
const rulesOf = (entries: readonly KeptEntry[]): string[][] =>
  entries.map(({ findings }) => findings.map(({ rule }) => rule));

test("what several handlers of a file do alike with code that is not seen is unknown, and no other answer changes", () => {
  const judged = withoutHouseHabits([entry(["tenant/unscoped-query"], true), entry(["tenant/unscoped-query"], true)]);
  assert.deepEqual(rulesOf(judged), [[], []]);
  // An answer whose finding stands in a file that is not judged is violated all the same.
  assert.deepEqual(answersOf(judged), [
    ["unknown", "violated"],
    ["unknown", "violated"],
  ]);
});

test("what else is said of the same requirement stands", () => {
  const both = ["tenant/unscoped-query", "tenant/foreign-reference"];
  const judged = withoutHouseHabits([entry(both, true), entry(["tenant/unscoped-query"], true)]);
  assert.deepEqual(rulesOf(judged), [["tenant/foreign-reference"], []]);
  assert.deepEqual(answersOf(judged)[0], ["violated", "violated"]);
});

test("one handler, handlers of different files, and handlers of which all is seen stay violated", () => {
  const rule = ["tenant/unscoped-query"];
  for (const judged of [
    [entry(rule, true)],
    [entry(rule, true), entry(rule, true, "src/b.ts")],
    [entry(rule, true), entry(rule, false)],
    // One handler, found in two ways.
    [entry(rule, true, "src/a.ts", 7), entry(rule, true, "src/a.ts", 7)],
  ])
    assert.equal(withoutHouseHabits(judged), judged);
});
