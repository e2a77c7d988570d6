export { audit } from "./audit.ts";
export { AuditError, type AuditErrorCode } from "./audit-error.ts";
export {
  BASELINE_FILE,
  baselineOf,
  compareWithBaseline,
  formatBaseline,
  parseBaseline,
  type Baseline,
  type Compared,
} from "./baseline/baseline.ts";
export { configurationJsonSchema } from "./configuration/configuration-schema.ts";
export { CONFIGURATION_FILE, readConfiguration, type ReadConfiguration } from "./configuration/read-configuration.ts";
export type { Answer, AuditResult, Diagnostic, Finding, JudgedEntryPoint, Location } from "./findings/finding.ts";
export { NO_CONFIGURATION, type AuditConfiguration, type AuditOptions } from "./findings/options.ts";
export { jsonReport } from "./report/json-report.ts";
export { markdownReport } from "./report/markdown/markdown-report.ts";
export { count, isIncomplete, totalsOf, type Reported, type Totals } from "./report/reported.ts";
export { rulesPage } from "./report/rules-page.ts";
export { sarifReport } from "./report/sarif/sarif-report.ts";
export type { Drawing, Paint } from "./report/terminal/paint.ts";
export { ruleExplanation } from "./report/terminal/rule-explanation.ts";
export { terminalReport } from "./report/terminal/terminal-report.ts";
export { REQUIREMENTS, type Example, type Requirement, type Rule, type Severity } from "./rules/rule.ts";
export { favourShortRun } from "./short-run.ts";
export { RULES } from "./rules/catalogue.ts";
