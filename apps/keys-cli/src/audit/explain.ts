import { exampleMarkdown, type Rule } from "@meterr/audit";
import { print, type CommandContext } from "../commands/context.ts";
import { KeysError } from "../errors.ts";
import type { Paint } from "../terminal/colours.ts";

/** `keys audit --explain RULE`: all there is to say about one rule. */
export function explain(id: string, rules: readonly Rule[], json: boolean, context: CommandContext): void {
  const rule = rules.find((one) => one.id === id) ?? unknown(id, rules);
  print(context, json ? { json: true } : {}, rule, (paint) => describe(rule, paint));
}

function describe(rule: Rule, paint: Paint): string {
  const { id, title, severity, precision, cwe, explanation, fix, bad, good } = rule;
  const facts = [severity, `precision ${precision}`, ...cwe.map((number) => `CWE-${number}`)];
  const parts = [`${paint("bold", id)}  ${title}\n${paint("dim", facts.join(" · "))}`, explanation.trim()];
  if (fix.trim() !== "") parts.push(`${paint("bold", "How to mend it")}\n${fix.trim()}`);
  if (bad.length > 0) parts.push(paint("red", "✗ Wrong"), ...bad.map(exampleMarkdown));
  if (good.length > 0) parts.push(paint("green", "✓ Right"), ...good.map(exampleMarkdown));
  parts.push(`To accept one finding, beside it: // keys-audit-ignore ${id} -- why`);
  return parts.join("\n\n");
}

function unknown(id: string, rules: readonly Rule[]): never {
  const [group = "", name = ""] = id.split("/");
  const near = rules
    .map((rule) => rule.id)
    .filter((other) => other.startsWith(`${group}/`) || (name !== "" && other.includes(name)));
  const offered = near.length > 0 ? near : [...new Set(rules.map((rule) => `${rule.id.split("/")[0]}/…`))];
  throw new KeysError("usage", `There is no rule ${id}.`, { next: `There are: ${offered.join(", ")}.` });
}
