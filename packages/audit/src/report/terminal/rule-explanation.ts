import type { Example, Rule } from "../../rules/rule.ts";
import { SEVERITY_COLOUR } from "./finding-block.ts";
import type { Drawing } from "./paint.ts";
import { wrap } from "./text-width.ts";

/** All there is to say about one rule, as a person reads it on a terminal. */
export function ruleExplanation(rule: Rule, { paint, width }: Omit<Drawing, "quiet">): string {
  const { id, title, severity, precision, cwe, explanation, fix, bad, good } = rule;
  const prose = (text: string): string =>
    text
      .trim()
      .split(/\n{2,}/)
      .map((paragraph) => wrap(paragraph, Math.min(width, 100)).join("\n"))
      .join("\n\n");
  const example = ({ path, code }: Example): string => {
    const lines = code.trimEnd().split("\n");
    return [paint("dim", `  ${path}`), ...lines.map((line) => `  ${paint("dim", "│")} ${line}`.trimEnd())].join("\n");
  };
  const facts = [`precision ${precision}`, ...cwe.map((number) => `CWE-${number}`)];
  const parts = [
    `${paint("bold", id)}\n${prose(title)}\n${paint(SEVERITY_COLOUR[severity], severity)} ${paint("dim", `· ${facts.join(" · ")}`)}`,
    prose(explanation),
  ];
  if (fix.trim() !== "") parts.push(`${paint("bold", "How to mend it")}\n${prose(fix)}`);
  if (bad.length > 0) parts.push(paint("red", "✗ Wrong"), ...bad.map(example));
  if (good.length > 0) parts.push(paint("green", "✓ Right"), ...good.map(example));
  parts.push(`${paint("bold", "To accept one finding, above it")}\n  // keys-audit-ignore ${id} -- why`);
  return parts.join("\n\n");
}
