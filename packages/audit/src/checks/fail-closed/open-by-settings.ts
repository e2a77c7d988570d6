import type { Node } from "oxc-parser";
import { bypass, ignoredCheck } from "../../rules/catalogue.ts";
import type { Judged, Report } from "../../rules/rule.ts";
import type { Value } from "../../values/value.ts";

const WHO = ["auth", "signature", "shared-secret"];

/** `if (process.env.NODE_ENV !== "production") return next()`, `if (!process.env.API_KEY) return next()`: a guard that settings switch off. */
export function openBySettings({ trace }: Judged, report: Report): void {
  const goesOn = trace.operations.filter((one) => one.kind === "continue");
  for (const one of goesOn) {
    if (WHO.some((name) => one.facts.has(name))) continue;
    const fn = one.within.at(-1)?.node;
    const guards =
      goesOn.some((other) => other.within.at(-1)?.node === fn && WHO.some((name) => other.facts.has(name))) ||
      trace.operations.some(
        (other) =>
          other.kind === "respond" &&
          other.within.some(({ node }) => node === fn) &&
          other.status?.k === "literal" &&
          (other.status.value === 401 || other.status.value === 403),
      );
    if (fn === undefined || !guards) continue;
    const test = trace.operations.find(
      (other) =>
        other.kind === "test" &&
        other.consequent !== null &&
        holds(other.consequent, one.place.node) &&
        other.place.file === one.place.file &&
        isOfSettings(other.value),
    );
    if (test === undefined) continue;
    report.violated(
      bypass,
      test.place,
      "Where the settings say so, or say nothing, whoever comes is let through.",
      one,
    );
    return;
  }
}

/** `if (!user.role === "admin") deny()`: a negation is true or false, and no text. */
export function neverEqual({ trace }: Judged, report: Report): void {
  const one = trace.operations.find(
    (each) =>
      each.kind === "compare" &&
      /^===?$/.test(each.op) &&
      each.left.k === "derived" &&
      each.left.op === "!" &&
      each.right.k === "literal" &&
      typeof each.right.value === "string",
  );
  if (one !== undefined)
    report.violated(ignoredCheck, one.place, "A negation never equals a text: the check never stops anybody.", one);
}

function holds(outer: Node, inner: Node): boolean {
  return outer.start <= inner.start && inner.end <= outer.end;
}

/** It asks the environment alone: whether something is set, or what it is called. */
function isOfSettings(value: Value, depth = 0): boolean {
  if (depth > 4) return false;
  switch (value.k) {
    case "env":
      return true;
    case "derived":
      return (
        /^(?:!|===|==|!==|!=|boolean|string|length)$/.test(value.op) &&
        value.args.some((arg) => isOfSettings(arg, depth + 1)) &&
        value.args.every((arg) => arg.k === "literal" || isOfSettings(arg, depth + 1))
      );
    case "choice":
      return (
        value.alternatives.every((one) => one.value.k === "literal" || isOfSettings(one.value, depth + 1)) &&
        value.alternatives.some((one) => isOfSettings(one.value, depth + 1))
      );
    default:
      return false;
  }
}
