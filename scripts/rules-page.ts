import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { RULES, rulesPage } from "@meterr/audit";

/** Writes docs/rules.md out of the auditor's rules; a test of the auditor fails when it is stale. */
const file = path.join(import.meta.dirname, "../docs/rules.md");
const page = rulesPage(RULES);
let before = "";
try {
  before = readFileSync(file, "utf8");
} catch {
  // It is written for the first time.
}
if (before !== page) writeFileSync(file, page);
console.log(before === page ? "docs/rules.md is as it should be" : `docs/rules.md is written: ${RULES.length} rules`);
