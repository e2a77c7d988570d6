import type { Diagnostic } from "../../findings/finding.ts";
import { REQUIREMENTS, type Requirement, type Rule, type Severity } from "../../rules/rule.ts";
import { cweLink, ruleMarkdown, ruleText } from "../rule-help.ts";
import { LIMITS } from "./limits.ts";

export const LEVEL: Readonly<Record<Severity, "error" | "warning" | "note">> = {
  critical: "error",
  high: "error",
  medium: "warning",
  low: "note",
};

// GitHub reads a score as CVSS: critical above 9.0, high from 7.0, medium from 4.0.
const SCORE: Readonly<Record<Severity, string>> = { critical: "9.5", high: "8.0", medium: "5.5", low: "3.0" };

const NOTIFICATIONS: Readonly<Record<Diagnostic["kind"] | "left_out", string>> = {
  syntax: "A file has a syntax error",
  too_large: "A file is too large to be judged",
  binary: "A file is no text",
  not_utf8: "A file is not UTF-8",
  unreadable: "A file or folder cannot be read",
  link: "Something could not be followed from one file to another",
  configuration: "Something in keys.config.json is not understood",
  suppression: "A comment was meant to suppress a finding and does not",
  limit: "A bound of the audit was reached",
  left_out: "Results were left out to stay within limits",
};

/** The rule an unknown answer is filed under. */
export function unknownRuleId(requirement: Requirement): string {
  return `${requirement}/unknown`;
}

/** The tool itself (§3.19): its rules with their help, and what it may notify of. */
export function driver(rules: readonly Rule[], version: string, includeUnknown: boolean): object {
  const unknowns = includeUnknown ? REQUIREMENTS.map(unknownDescriptor) : [];
  return {
    name: "keys audit",
    organization: "Meterr",
    semanticVersion: version,
    rules: [...rules.map(descriptor), ...unknowns].slice(0, LIMITS.rules),
    notifications: Object.entries(NOTIFICATIONS).map(([id, text]) => ({ id, shortDescription: { text } })),
  };
}

function descriptor(rule: Rule): object {
  const { id, title, explanation, severity, precision, cwe } = rule;
  const [group = ""] = id.split("/");
  const tags = ["security", group, ...cwe.map((number) => `external/cwe/cwe-${String(number).padStart(3, "0")}`)];
  const markdown = [ruleMarkdown(rule, "##"), ...(cwe.length === 0 ? [] : [cwe.map(cweLink).join(", ")])].join("\n\n");
  return {
    id,
    name: pascalCase(id),
    shortDescription: { text: title.slice(0, LIMITS.messageLength) },
    fullDescription: { text: explanation.slice(0, LIMITS.messageLength) },
    help: { text: ruleText(rule), markdown },
    defaultConfiguration: { level: LEVEL[severity] },
    properties: {
      tags: tags.slice(0, LIMITS.tags),
      precision,
      "problem.severity":
        severity === "low" ? "recommendation" : LEVEL[severity] === "note" ? "recommendation" : LEVEL[severity],
      "security-severity": SCORE[severity],
    },
  };
}

function unknownDescriptor(requirement: Requirement): object {
  const text = `Whether "${requirement}" is kept could not be told`;
  return {
    id: unknownRuleId(requirement),
    name: pascalCase(unknownRuleId(requirement)),
    shortDescription: { text },
    fullDescription: { text: `${text}: neither proved nor violated. The message says why.` },
    help: {
      text: "Read the code at this place, or name your own helpers in keys.config.json so that the audit knows them.",
    },
    defaultConfiguration: { level: "none" },
    properties: { tags: [requirement, "unknown"] },
  };
}

function pascalCase(id: string): string {
  return id.replaceAll(/(?:^|[^a-zA-Z0-9]+)([a-zA-Z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
