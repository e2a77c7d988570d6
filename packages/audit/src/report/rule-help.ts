import type { Example, Rule } from "../rules/rule.ts";

/** Everything there is to say about one rule, as Markdown; `heading` is the marks of its sub-headings. */
export function ruleMarkdown(rule: Rule, heading: "##" | "###" | "####"): string {
  const parts = [rule.explanation.trim()];
  if (rule.fix.trim() !== "") parts.push(`${heading} How to mend it`, rule.fix.trim());
  for (const [title, examples] of [
    ["Wrong", rule.bad],
    ["Right", rule.good],
  ] as const) {
    if (examples.length > 0) parts.push(`${heading} ${title}`, ...examples.map(exampleMarkdown));
  }
  return parts.join("\n\n");
}

/** The same as plain text, for those who show no Markdown. */
export function ruleText(rule: Rule): string {
  const fix = rule.fix.trim();
  return [rule.explanation.trim(), ...(fix === "" ? [] : [`How to mend it: ${fix}`])].join("\n\n");
}

export function exampleMarkdown({ path, code }: Example): string {
  return fenced(code, languageOf(path), path);
}

/** Code in a fence that nothing in it can close (CommonMark §4.5). */
export function fenced(code: string, language: string, title = ""): string {
  const longest = Math.max(2, ...[...code.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  const info = [language, title.replaceAll(/[`\s]/g, "")].filter((part) => part !== "").join(" ");
  return `${fence}${info}\n${code.trimEnd()}\n${fence}`;
}

export function languageOf(path: string): string {
  const extension = /\.([a-z]+)$/.exec(path)?.[1] ?? "";
  return extension.replace(/^[cm](?=[jt]s$)/, "");
}

/** `CWE-639`, linked. */
export function cweLink(cwe: number): string {
  return `[CWE-${cwe}](https://cwe.mitre.org/data/definitions/${cwe}.html)`;
}
