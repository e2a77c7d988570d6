import { ruleExplanation, type Rule } from "@meterr/audit";
import { print, type CommandContext } from "../commands/context.ts";
import { KeysError } from "../errors.ts";

/** `keys audit --explain RULE`: all there is to say about one rule. */
export function explain(id: string, rules: readonly Rule[], json: boolean, context: CommandContext): void {
  const rule = rules.find((one) => one.id === id) ?? unknown(id, rules);
  print(context, json ? { json: true } : {}, rule, (paint) =>
    ruleExplanation(rule, { paint, width: context.terminal.stdout.columns ?? 100 }),
  );
}

function unknown(id: string, rules: readonly Rule[]): never {
  const [group = "", name = ""] = id.split("/");
  const near = rules
    .map((rule) => rule.id)
    .filter((other) => other.startsWith(`${group}/`) || (name !== "" && other.includes(name)));
  const offered = near.length > 0 ? near : [...new Set(rules.map((rule) => `${rule.id.split("/")[0]}/…`))];
  throw new KeysError("usage", `There is no rule ${id}.`, { next: `There are: ${offered.join(", ")}.` });
}
