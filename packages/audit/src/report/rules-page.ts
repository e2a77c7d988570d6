import { REQUIREMENTS, type Rule } from "../rules/rule.ts";
import { cweLink, ruleMarkdown } from "./rule-help.ts";

const ASKED: Readonly<Record<(typeof REQUIREMENTS)[number], string>> = {
  auth: "Is the caller asked who they are, and stopped when nobody vouches for them?",
  tenant: "Does every statement stay inside the caller's tenant?",
  input: "Is what the client sends checked before it is used?",
  claims: "Is what decides about rights, money and identity taken from a source that was verified?",
  "fail-closed": "Does a check that cannot be made end in a refusal?",
  webhook: "Is a webhook's signature verified over the bytes that came?",
  rls: "Does the database itself keep tenants apart?",
  entitlement: "Is what was paid for read from one's own records?",
  secrets: "Do secrets stay out of logs, answers, browsers, URLs and source?",
  errors: "Do failures tell the client nothing about the inside?",
  jobs: "Do jobs keep tenants apart, survive one's failure and bear being repeated?",
  sql: "Are statements text of one's own, with values as parameters?",
  xss: "Is HTML made of text of one's own?",
  command: "Are programs started without a shell that reads what others wrote?",
};

/** docs/rules.md: every rule, by requirement. */
export function rulesPage(rules: readonly Rule[]): string {
  const groups = REQUIREMENTS.map((group) => ({
    group,
    own: rules.filter(({ id }) => id.startsWith(`${group}/`)).toSorted((one, other) => (one.id < other.id ? -1 : 1)),
  })).filter(({ own }) => own.length > 0);
  const table = groups.flatMap(({ own }) =>
    own.map(
      ({ id, title, severity, precision }) =>
        `| [\`${id}\`](#${anchor(id)}) | ${cell(title)} | ${severity} | ${precision} |`,
    ),
  );
  const sections = groups.flatMap(({ group, own }) => [
    `## ${group}`,
    ASKED[group],
    ...own.flatMap((rule) => [
      `### ${rule.id}`,
      `**${rule.title.trim()}.** ${facts(rule)}`,
      ruleMarkdown(rule, "####"),
    ]),
  ]);
  return `${[
    "# Rules of `keys audit`",
    "Written by `node scripts/rules-page.ts` out of the rules themselves; change those. How the audit is used is in [audit.md](audit.md).",
    "*Precision* says how often a finding is right, as measured.",
    ["| rule | what is wrong | severity | precision |", "|---|---|---|---|", ...table].join("\n"),
    ...sections,
  ].join("\n\n")}\n`;
}

function facts({ severity, precision, cwe }: Rule): string {
  return `Severity ${severity}, precision ${precision}${cwe.length === 0 ? "" : `, ${cwe.map(cweLink).join(", ")}`}.`;
}

/** As GitHub makes anchors of headings: punctuation goes, blanks become dashes. */
function anchor(id: string): string {
  return id.replaceAll("/", "");
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}
