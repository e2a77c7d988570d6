import type { Query } from "../../values/query.ts";
import type { Place, Value } from "../../values/value.ts";

type Parts = Partial<Omit<Query, "id" | "place">> & Pick<Query, "library" | "table" | "verb">;

/**
 * What one library's chain of calls was recognised as; `result` is what the call answers, when not the rows themselves;
 * `at` is where it is chosen which rows they are, when not at the call.
 */
export type Found = Parts & {
  readonly result?: (rows: Extract<Value, { k: "rows" }>) => Value;
  readonly at?: Place;
};

/** A property of an object that is seen. */
export function prop(value: Value | undefined, name: string): Value | undefined {
  if (value?.k === "struct") return value.props.get(name);
  if (value?.k === "choice") {
    for (const one of value.alternatives) {
      const found = prop(one.value, name);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}
