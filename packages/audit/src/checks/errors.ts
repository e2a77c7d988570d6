import { leakedError } from "../rules/catalogue.ts";
import type { Check } from "../rules/rule.ts";
import type { Facts } from "../values/facts.ts";
import { keyOf } from "../values/key.ts";
import type { Value } from "../values/value.ts";

/** Is what an exception says kept from the client? */
export const errors: Check = {
  requirement: "errors",
  run({ entry, trace }, report) {
    if (entry.kind === "job" || entry.kind === "function") return;
    for (const one of trace.operations) {
      const body =
        one.kind === "respond"
          ? one.body
          : one.kind === "return" && (entry.kind === "action" || entry.kind === "error-handler")
            ? one.value
            : null;
      if (body === null) continue;
      const found =
        caughtIn(body, one.facts) ?? (isFailure(one.kind === "respond" ? one.status : null) ? upstreamIn(body) : null);
      if (found === null) report.proved();
      else
        report.violated(
          leakedError,
          one.place,
          `${found} of an exception is sent to the client: it may name tables, files, addresses or values.`,
          one,
        );
    }
  },
};

function caughtIn(value: Value, facts: Facts, depth = 0): string | null {
  if (depth > 8) return null;
  switch (value.k) {
    case "caught":
      if (facts.has(`typed:${keyOf({ ...value, path: "" })}`)) return null;
      if (value.path === "") return "the whole";
      return /^(?:message|stack|cause|detail|hint|query|sql|response|data|toString|original)/.test(value.path)
        ? `the ${value.path.split(".")[0] ?? "message"}`
        : null;
    case "struct":
      return first([...value.props.values(), ...value.spreads], facts, depth);
    case "list":
      return first(value.items, facts, depth);
    case "derived":
      return /^(?:===|!==|==|!=|!|typeof|instanceof|includes|boolean|in)$/.test(value.op)
        ? null
        : first(value.args, facts, depth);
    case "choice":
      for (const one of value.alternatives) {
        const found = caughtIn(one.value, facts.and(one.facts), depth + 1);
        if (found !== null) return found;
      }
      return null;
    case "response":
      return null;
    default:
      return null;
  }
}

function first(values: readonly Value[], facts: Facts, depth: number): string | null {
  for (const value of values) {
    const found = caughtIn(value, facts, depth + 1);
    if (found !== null) return found;
  }
  return null;
}

function isFailure(status: Value | null): boolean {
  return status?.k === "literal" && typeof status.value === "number" && status.value >= 400;
}

/** What another server answered, passed on with a failure. */
function upstreamIn(value: Value, depth = 0): string | null {
  if (depth > 5) return null;
  if (value.k === "chain") {
    const last = value.steps.at(-2);
    const isBody = last?.kind === "member" && (last.name === "text" || last.name === "json");
    return isBody && value.root.k === "foreign" && /^(?:fetch|axios|ky|got|ofetch|\$fetch)$/.test(value.root.name)
      ? "what another server says"
      : null;
  }
  if (value.k === "struct")
    return [...value.props.values()].map((one) => upstreamIn(one, depth + 1)).find((one) => one !== null) ?? null;
  return null;
}
