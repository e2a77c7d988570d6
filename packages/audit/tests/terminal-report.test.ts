import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { markdownReport } from "../src/report/markdown/markdown-report.ts";
import { jsonReport } from "../src/report/json-report.ts";
import type { Reported } from "../src/report/reported.ts";
import type { Drawing } from "../src/report/terminal/paint.ts";
import { terminalReport } from "../src/report/terminal/terminal-report.ts";
import { padEnd, truncate, truncateStart, widthOf, wrap } from "../src/report/terminal/text-width.ts";
import { at, entryPoint, finding, reported } from "./support/report-fixture.ts";

const PLAIN: Drawing = { paint: (_, text) => text, width: 80, quiet: false };
const terminal = (input: Reported, drawing: Partial<Drawing> = {}): string =>
  [...terminalReport(input, { ...PLAIN, ...drawing })].join("");

test("a finding shows its source with line numbers, carets below what is meant, the path and the fix", () => {
  const text = terminal(reported({ findings: [finding()] }));
  assert.match(text, /✗ critical {2}tenant\/unscoped-write {2}in DELETE \/api\/projects\/\[id\]/);
  assert.match(text, / 3 │ {3}await db\.project\.delete/);
  const lines = text.split("\n");
  const source = lines.find((line) => line.includes("3 │")) ?? "";
  const carets = lines[lines.indexOf(source) + 1] ?? "";
  // The file has tabs; carets stand below all the same.
  assert.equal(source.slice(carets.indexOf("^"), carets.lastIndexOf("^") + 1), "b.project.delete(");
  assert.match(text, /path {2}app\/api\/projects\/\[id\]\/route\.ts:1:1 {2}DELETE/);
  assert.match(text, /fix {3}Add the organisation of the session to the where\.\n/);
  assert.match(text, /✗ 1 violation \(1 critical\)/);
});

test("without the file an excerpt is still shown, and a place beyond its end is none", () => {
  for (const source of [null, ["one line"]]) {
    assert.match(terminal(reported({ findings: [finding()] }, { source })), /│ await db\.project\.delete\(\)/);
  }
});

test("the summary has a row per entry point, the worst first, and only requirements that apply", () => {
  const entryPoints = [
    entryPoint("GET /fine", [
      ["auth", "proved"],
      ["sql", "not-applicable"],
    ]),
    entryPoint("GET /open", [["auth", "unknown"]]),
    entryPoint("GET /bad", [
      ["auth", "violated"],
      ["auth", "proved"],
      ["tenant", "unknown"],
    ]),
    entryPoint("GET /none", [["auth", "not-applicable"]]),
  ];
  const text = terminal(reported({ entryPoints }));
  assert.match(text, / +auth {2}tenant\nGET \/bad +✗ +\?\nGET \/open +\? +·\nGET \/fine +✓ +·\n/);
  assert.match(text, /violated +1 +·\nunknown +1 +1\nproved +1 +·/);
  assert.doesNotMatch(text, /GET \/none/);
});

test("entry points of one name are told apart by their files", () => {
  const one = entryPoint("GET /", [["auth", "proved"]]);
  const entryPoints = ["users.ts", "teams.ts"].map((file) => ({ ...one, location: at(`src/routers/${file}`, 1) }));
  const text = terminal(reported({ entryPoints }));
  assert.match(text, /GET \/ {2}src\/routers\/users\.ts +✓\nGET \/ {2}src\/routers\/teams\.ts +✓\n/);
});

test("of many entry points the worst are shown and the rest are counted", () => {
  const entryPoints = Array.from({ length: 100 }, (_, index) =>
    entryPoint(`GET /${index}`, [["auth", index === 99 ? "violated" : "proved"]]),
  );
  const text = terminal(reported({ entryPoints }));
  assert.match(text, /GET \/99 +✗/);
  assert.match(text, /… and 60 more: 60 all proved/);
});

test("nothing of judged code reaches the terminal as a control sequence", () => {
  const hostile = "\u001b]0;owned\u0007\u009b31m\r\u202e\u2066x\u0000\n\u200b";
  const input = reported(
    {
      root: `/code${hostile}`,
      findings: [
        finding({
          message: hostile,
          entryPoint: hostile,
          rule: `a${hostile}`,
          location: at(`a${hostile}.ts`, 2),
          path: [1, 2].map((line) => ({ location: at(hostile, line), label: hostile })),
          excerpt: hostile,
        }),
      ],
      entryPoints: [
        {
          ...entryPoint(hostile, [["auth", "unknown"]]),
          location: at(hostile, 1),
          answers: [{ requirement: "auth", answer: "unknown", reason: hostile }],
        },
      ],
      diagnostics: [{ file: hostile, line: 3, kind: "syntax", message: hostile }],
    },
    { includeUnknown: true, source: [hostile, hostile, hostile] },
  );
  const all = [
    terminal(input),
    terminal(input, { quiet: true }),
    terminal({ ...input, lines: () => null }),
    [...markdownReport(input)].join(""),
  ];
  for (const text of all)
    assert.doesNotMatch(text, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b\u202a-\u202e\u2066-\u2069]/);
});

test("tables and excerpts keep to the width there is, wide characters included", () => {
  const entryPoints = [
    entryPoint("DELETE /組織/プロジェクト/[id]/とても長い名前/もっと", [
      ["auth", "proved"],
      ["fail-closed", "unknown"],
      ["entitlement", "violated"],
    ]),
  ];
  const long = `${"x".repeat(300)}; danger(id); ${"y".repeat(300)}`;
  const findings = [finding({ location: at("a.ts", 1, 303, 1, 313), path: [] })];
  for (const width of [60, 80, 140]) {
    const text = terminal(reported({ entryPoints, findings }, { source: [long] }), { width });
    for (const line of text.split("\n").filter((one) => /[│✓✗?] |GET|DELETE/.test(one) && !one.includes("legend"))) {
      assert.ok(widthOf(line) <= width, `${widthOf(line)} > ${width}: ${line}`);
    }
    assert.match(text, /danger\(id\)/, "the part that is meant is in sight");
  }
});

test("quietly there is a line per violation, and nothing at all when all is well", () => {
  assert.match(
    terminal(reported({ findings: [finding()] }), { quiet: true }),
    /^app\/api\/projects\/\[id\]\/route\.ts:3:9 critical tenant\/unscoped-write The project.*\n✗ 1 violation/,
  );
  assert.equal(terminal(reported(), { quiet: true }), "");
});

test("what the baseline knows and what is suppressed is counted and not shown", () => {
  const known = finding({ fingerprint: "known" });
  const baseline = {
    version: 1 as const,
    findings: [{ fingerprint: "known", rule: known.rule, file: "", message: "" }],
  };
  const text = terminal(reported({ findings: [known, finding({ suppressed: "why" })] }, { baseline }));
  assert.match(text, /✓ no new violations {2}1 known from the baseline {2}1 suppressed/);
  assert.doesNotMatch(text, /✗ critical/);
});

test("what could not be judged is a line each, and the totals say that the audit is incomplete", () => {
  const text = terminal(
    reported({ diagnostics: [{ file: "a.ts", line: 4, kind: "not_utf8", message: "is not UTF-8" }] }),
  );
  assert.match(text, /! a\.ts:4 is not UTF-8 \(not utf8\)\n/);
  assert.match(text, /! incomplete/);
});

test("a thousand findings are all there: the first in full, the others on a line", () => {
  const findings = Array.from({ length: 1000 }, (_, index) => finding({ location: at(`f${index}.ts`, 1) }));
  const text = terminal(reported({ findings }));
  assert.equal(text.match(/✗ critical/g)?.length, 100);
  assert.match(text, /900 violations more/);
  for (const index of [0, 999]) assert.ok(text.includes(`f${index}.ts`));
});

test("markdown lets judged code make no markup, link, mention or fence of its own", () => {
  const hostile = "</details><img src=x> [a](https://evil.example) @everyone `tick` | cell";
  const input = reported(
    {
      findings: [
        finding({
          message: hostile,
          entryPoint: hostile,
          path: [1, 2].map((line) => ({ location: at("a`b.ts", line), label: hostile })),
        }),
      ],
    },
    { source: ["```", "````html", "<b>"] },
  );
  const text = [...markdownReport(input)].join("");
  const outside = text.replace(/(`{5,})[\s\S]*?\n\1/g, "").replace(/(`+)(?!`).*?[^`]\1(?!`)/g, "");
  assert.doesNotMatch(outside, /<img|\]\(https|@everyone|(?<!\\)\|\s*cell/);
  assert.match(text, /`````ts\n```\n````html\n<b>\n`````/);
});

test("the JSON report is one document that holds everything, with each finding's state", () => {
  const known = finding({ fingerprint: "known" });
  const baseline = {
    version: 1 as const,
    findings: [{ fingerprint: "known", rule: known.rule, file: "", message: "" }],
  };
  const diagnostics = [{ file: "a.ts", line: 1, kind: "syntax" as const, message: "m" }];
  const input = reported({ findings: [known, finding(), finding({ suppressed: "why" })], diagnostics }, { baseline });
  const value = JSON.parse([...jsonReport(input)].join("")) as Record<string, unknown>;
  assert.deepEqual((value["findings"] as { state: string }[]).map(({ state }) => state).sort(), [
    "known",
    "new",
    "suppressed",
  ]);
  assert.deepEqual([value["version"], value["incomplete"], value["diagnostics"]], [1, true, diagnostics]);
  assert.doesNotThrow(() => JSON.parse([...jsonReport(reported())].join("")));
});

test("texts are cut and wrapped to width, whatever they hold", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.integer({ min: 2, max: 30 }), (text, width) => {
      assert.ok(widthOf(truncate(text, width)) <= width);
      assert.ok(widthOf(truncateStart(text, width)) <= width);
      assert.ok(widthOf(padEnd(text, width)) >= Math.min(width, widthOf(text)));
      assert.equal(wrap(text, width).join("").replaceAll(/\s/g, ""), text.replaceAll(/\s/g, ""));
    }),
  );
});
