import type { Facts } from "./facts.ts";
import type { Alternative, Value } from "./value.ts";

/**
 * The alternatives that are left on this path: where one came with facts that hold by now (`if (error) return` after
 * `{ error, value }`), it is that one, and those that came with others or none are not.
 */
export function standing(choice: Extract<Value, { k: "choice" }>, facts: Facts): readonly Alternative[] {
  const shown = choice.alternatives.filter((one) => one.facts.size > 0 && one.facts.beyond(facts).size === 0);
  return shown.length === 0 ? choice.alternatives : shown;
}
