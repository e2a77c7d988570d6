import { clientsOf } from "../../values/trust.ts";
import type { Value } from "../../values/value.ts";

const KEEPS = /^(?:template|\+|join|string|concat|copy)$/;
const ESCAPES = /escape|quote|sanitiz|sanitis|encode/i;
const NUMBERS = /^(?:\w*[iI]d|port|count|size|length|timeout|limit|\w*At)$/;

/**
 * `pg_dump ${source.config.host}` of what code that is not seen looked up by the client's word: somebody has typed it in,
 * and the shell reads it as its own.
 */
export function storedPart(value: Value, depth = 0): Value | null {
  if (depth > 10) return null;
  switch (value.k) {
    case "derived":
      return KEEPS.test(value.op) ? first(value.args, depth) : null;
    case "list":
      return first(value.items, depth);
    case "choice":
      return first(
        value.alternatives.map((one) => one.value),
        depth,
      );
    case "pending":
      return storedPart(value.value, depth + 1);
    case "chain": {
      const last = value.steps.at(-1);
      if (last?.kind !== "member" || NUMBERS.test(last.name) || value.root.k !== "foreign") return null;
      if (value.root.origin === "global" || ESCAPES.test(namesOf(value))) return null;
      return clientsOf(value).length > 0 ? value : null;
    }
    default:
      return null;
  }
}

function first(values: readonly Value[], depth: number): Value | null {
  for (const one of values) {
    const found = storedPart(one, depth + 1);
    if (found !== null) return found;
  }
  return null;
}

function namesOf({ root, steps }: Extract<Value, { k: "chain" }>): string {
  const names = steps.flatMap((step) => (step.kind === "member" ? [step.name] : []));
  return [root.k === "foreign" ? root.name : "", ...names].join(" ");
}
