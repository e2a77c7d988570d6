import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { maskSecrets } from "../src/report/mask-secrets.ts";
import { jsonReport } from "../src/report/json-report.ts";
import { markdownReport } from "../src/report/markdown/markdown-report.ts";
import { sarifReport } from "../src/report/sarif/sarif-report.ts";
import { terminalReport } from "../src/report/terminal/terminal-report.ts";
import { at, finding, reported } from "./support/report-fixture.ts";

const CANARIES = [
  ["sk", "live", randomBytes(18).toString("hex")].join("_"),
  `sk-ant-${randomBytes(40).toString("base64url")}1a2`,
  `ghp_${randomBytes(20).toString("hex")}`,
  randomBytes(32).toString("hex"),
];

test("a credential in the source is not repeated by any report, whatever was found beside it", () => {
  for (const canary of CANARIES) {
    for (const rule of ["tenant/unscoped-write", "secrets/hardcoded-secret"]) {
      for (const source of [[`const a = "${canary}";`, "run();", `const b = '${canary}';`], null]) {
        const excerpt = `const a = "${canary}";\nrun();`;
        const one = finding({ rule, excerpt, location: at("a.ts", 1, 11, 1, 11 + canary.length) });
        const input = reported({ findings: [one] }, { source });
        const all = [
          ...terminalReport(input, { paint: (_, text) => text, width: 140, quiet: false }),
          ...jsonReport(input),
          ...markdownReport(input),
          ...sarifReport(input),
        ].join("");
        assert.ok(!all.includes(canary.slice(0, 12)), canary.slice(0, 8));
      }
    }
  }
});

test("what a finding calls a credential is hidden, be it as plain as a password", () => {
  const word = ["hun", "ter", "zwei"].join("");
  const one = finding({ rule: "secrets/hardcoded-secret", location: at("a.ts", 1, 15, 1, 20), path: [] });
  const text = [
    ...terminalReport(reported({ findings: [one] }, { source: [`db.connect("${word}")`] }), {
      paint: (_, part) => part,
      width: 100,
      quiet: false,
    }),
  ].join("");
  assert.ok(!text.includes(word));
  assert.match(text, /db\.connect\("•{10}"\)/);
});

test("the lines of a PEM block are hidden, which stand without quotes", () => {
  const line = `${randomBytes(44).toString("base64")}9a8B7`;
  assert.ok(!maskSecrets(`-----BEGIN-----\n${line}\n-----END-----`).includes(line.slice(0, 12)));
});

test("code, names, paths and addresses stay as they are, and every line keeps its length", () => {
  for (const code of [
    'import { createVirtualKeyRoutes } from "@/app/api/v1/virtual-keys/create-virtual-key-route";',
    "const url = `https://api.example.com/v2/organisations/${organisationId}/members`;",
    'await db.select().from(subscriptionEntitlements).where(eq(table.id, "current-period-end-2026"));',
    'where: { organisationId: "not-applicable-for-this-tenant" }',
  ]) {
    assert.equal(maskSecrets(code), code);
  }
  for (const canary of CANARIES) assert.equal(maskSecrets(`f("${canary}")`).length, `f("${canary}")`.length);
});
