import type { Node } from "oxc-parser";
import type { Place, Value } from "../values/value.ts";
import { ENTRY_BUDGET, type Budget } from "./budget.ts";

/**
 * Where the machine stands: the calls it is inside of, what it has spent, and what only holds for this path. The top of
 * a file is evaluated from the beginning, so that its values do not depend on who asked for them first.
 */
export interface Standing {
  readonly calls: Place[];
  readonly active: Node[];
  /** The same functions, with their files. */
  readonly within: Place[];
  /** Exports being looked up: files that hand on each other's names may go round in a circle. */
  readonly asking: Set<string>;
  /** What functions without arguments that make a client have answered. */
  readonly remembered: Map<Node, Value>;
  /** That are left. */
  steps: number;
  /** Calls that a library makes between two of the application's, which do not count for depth. */
  relief: number;
  budget: Budget;
  /** The handler whose answers are the entry point's. */
  answering: Node | null;
  /** Which callers are known not to be on the request unless code that was followed put them there. */
  absent: "every" | ReadonlySet<string> | null;
  /** The path middleware is asked about, while it is followed. */
  pathname: string | null;
}

export function beginning(): Standing {
  return {
    calls: [],
    active: [],
    within: [],
    asking: new Set(),
    remembered: new Map(),
    steps: ENTRY_BUDGET.steps,
    relief: 0,
    budget: ENTRY_BUDGET,
    answering: null,
    absent: null,
    pathname: null,
  };
}
