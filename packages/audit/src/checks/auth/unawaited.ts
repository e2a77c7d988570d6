import { asksOfPlan } from "../../knowledge/plans.ts";
import { unawaitedCheck, unawaitedEntitlement } from "../../rules/catalogue.ts";
import type { Judged, Report, Rule } from "../../rules/rule.ts";
import type { Value } from "../../values/value.ts";
import type { Place } from "../../values/value.ts";

/** Is a check asked for, and its answer never waited for? True when nothing else of it is worth asking. */
export function unawaited({ trace, project }: Judged, report: Report): boolean {
  const ruleFor = ({ file, node }: Place): Rule => {
    const text = project.file(file)?.text.slice(node.start, node.end) ?? "";
    const called = [...text.matchAll(/(?<![\w$])([A-Za-z_$][\w$]*)\s*\(/g)].map(([, name = ""]) => name);
    return called.some(asksOfPlan) ? unawaitedEntitlement : unawaitedCheck;
  };
  for (const one of trace.operations) {
    if (one.kind === "test" && promised(one.value)) {
      report.violated(
        ruleFor(one.place),
        one.place,
        "A promise is always truthy: the check is not awaited, so it never stops anybody.",
        one,
      );
      return true;
    }
  }
  const promising = trace.operations.find((one) => one.kind === "call" && one.name === "async-predicate");
  if (promising?.kind === "call")
    report.violated(
      unawaitedCheck,
      promising.place,
      `The function answers a promise, which ${promising.path}() takes for true: whatever it says, everything passes.`,
      promising,
    );
  const floating = trace.operations.find((one) => one.kind === "call" && one.name === "floating-check");
  if (floating?.kind === "call")
    report.violated(
      ruleFor(floating.place),
      floating.place,
      `Nobody waits for ${floating.path}(): what comes after it is done whatever it finds.`,
      floating,
    );
  return false;
}

function promised(value: Value, depth = 0): boolean {
  if (value.k === "pending")
    return value.facts.has("auth") || value.facts.has("role") || value.dead || truthFacts(value.value);
  if (value.k === "derived" && /^[=!]==?$/.test(value.op)) {
    // `findSession(token) === null`: a promise is never null.
    const [left, right] = value.args;
    return left !== undefined && right !== undefined && isNothing(right) && isPromiseOrNothing(left, depth + 1);
  }
  return (
    value.k === "derived" &&
    (value.op === "!" || value.op === "boolean") &&
    depth < 4 &&
    value.args[0] !== undefined &&
    promised(value.args[0], depth + 1)
  );
}

/** `id === null ? null : find(id)`: whether something was found is told by whether anything was looked for. */
function isPromiseOrNothing(value: Value, depth: number): boolean {
  if (value.k !== "choice") return promised(value, depth);
  const found = value.alternatives.filter((one) => !isNothing(one.value));
  return found.length > 0 && found.every((one) => one.value.k === "pending" && promised(one.value, depth));
}

function isNothing(value: Value): boolean {
  return value.k === "literal" && (value.value ?? null) === null;
}

function truthFacts(value: Value): boolean {
  if (value.k === "choice") return value.alternatives.some((one) => one.facts.size > 0 || truthFacts(one.value));
  if (value.k === "literal") return typeof value.value === "boolean";
  return value.k === "derived" || value.k === "principal" || value.k === "rows";
}
