import { nameKind } from "../../knowledge/names.ts";
import type { Operation } from "../../trace/operation.ts";
import type { Value } from "../../values/value.ts";

/** `res.json({ exists: Boolean(file), needsPassword: Boolean(file.password) })`: nothing is read out, and nothing changed. */
export function answersOnlyWhether(done: readonly Operation[], operations: readonly Operation[]): boolean {
  if (!done.every(isLookUp)) return false;
  const answers = operations.flatMap((one) => (one.kind === "respond" ? [one.body] : []));
  // A redirect leads to what was found.
  if (operations.some((one) => one.kind === "fetch") || !answers.some((body) => body !== null && saysWhether(body)))
    return false;
  return answers.every((body) => body === null || isWhether(body, 0));
}

function isLookUp(one: Operation): boolean {
  if (one.kind === "query") return /^(?:read|count)$/.test(one.query.verb);
  return one.kind === "call" && nameKind(one.name) !== "writes";
}

function saysWhether(value: Value): boolean {
  if (value.k === "struct") return [...value.props.values()].some(saysWhether);
  return value.k === "derived" && isWhether(value, 0);
}

function isWhether(value: Value, depth: number): boolean {
  if (depth > 3) return false;
  switch (value.k) {
    case "literal":
      return true;
    case "derived":
      // `count > 0`
      return (
        /^(?:boolean|!|[!=]==?)$/.test(value.op) ||
        (/^[<>]=?$/.test(value.op) &&
          value.args.some((arg) => arg.k === "literal" && (arg.value === 0 || arg.value === 1)))
      );
    case "choice":
      return value.alternatives.every((one) => isWhether(one.value, depth + 1));
    case "struct":
      return value.spreads.length === 0 && [...value.props.values()].every((one) => isWhether(one, depth + 1));
    default:
      return false;
  }
}
