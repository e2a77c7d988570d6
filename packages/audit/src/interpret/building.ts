import type { Node } from "oxc-parser";
import { callsOf } from "../knowledge/databases/chain.ts";
import { clientsOf } from "../values/trust.ts";
import type { Chain, Place, Value } from "../values/value.ts";
import type { Machine } from "./machine.ts";
import type { Scope } from "./scope.ts";
import { assign, read } from "./state.ts";

/** What is added to a statement, which the builders of most libraries keep in themselves. */
const ADDS =
  /^(?:(?:and|or)?_?where\w*|(?:and|or)?Having\w*|(?:inner|left|right|full|cross|outer)?_?join\w*|eq|neq|in|is|gt|gte|lt|lte|like|ilike|contains|filter|match|order|orderBy\w*|addOrderBy|sort|limit|offset|skip|take|range|select|addSelect|groupBy|addGroupBy|populate|lean|equals|setParameters?|modify|distinct|innerJoinAndSelect|leftJoinAndSelect)$/i;
/** Builders that answer a new statement, and leave the old one as it was. */
const KEEPS_NOTHING = /^(?:selectFrom|updateTable|insertInto|deleteFrom)$/;

/**
 * `q.where(…);`, and nobody takes what it answers: the statement under that name has grown. False where it is none, and
 * what stands there is done at once.
 */
export function growsStatement(machine: Machine, node: Node, value: Value, scope: Scope): boolean {
  const name = rootOf(node);
  const slot = name === null ? undefined : scope.find(name);
  const grown = chainsOf(value);
  if (slot === undefined || grown === null || machine.state === null) return false;
  const before = chainsOf(read(machine.state, slot));
  if (before === null) return false;
  const isGrown = grown.every((chain) => {
    const calls = callsOf(chain);
    return (
      ADDS.test(calls.at(-1)?.name ?? "") &&
      !calls.some((call) => KEEPS_NOTHING.test(call.name)) &&
      before.some((one) => begins(chain, one))
    );
  });
  if (!isGrown) return false;
  machine.state = assign(machine.state, slot, value);
  return true;
}

function chainsOf(value: Value): readonly Chain[] | null {
  if (value.k === "chain") return value.steps.some((step) => step.kind === "call") ? [value] : null;
  if (value.k !== "choice") return null;
  const all = value.alternatives.map((one) => chainsOf(one.value));
  return all.every((one) => one !== null) ? all.flat() : null;
}

function begins(chain: Chain, before: Chain): boolean {
  return before.steps.length < chain.steps.length && before.steps.every((step, at) => step === chain.steps[at]);
}

function rootOf(node: Node): string | null {
  if (node.type === "CallExpression") return rootOf(node.callee);
  if (node.type === "MemberExpression")
    return node.object.type === "Identifier" ? node.object.name : rootOf(node.object);
  return null;
}

/** Several ways one statement was built: each is sent for itself. */
export function isBuilt(value: Value): boolean {
  const chains = value.k === "choice" ? chainsOf(value) : null;
  const [first, ...rest] = chains ?? [];
  return first !== undefined && rest.length > 0 && rest.every((chain) => chain.steps[0] === first.steps[0]);
}

/** Where a statement that was built step by step says which rows it is about. */
export function chosenAt(chain: Chain): Place | null {
  const calls = chain.steps.flatMap((step) => (step.kind === "call" ? [step] : []));
  const [first] = calls;
  if (first === undefined || contains(chain.place, first.place)) return null;
  const names = callsOf(chain);
  for (let at = calls.length - 1; at >= 0; at--) {
    const [call, named] = [calls[at], names[at]];
    if (call === undefined || named === undefined || !/^(?:and)?where|^(?:eq|in|filter)$/i.test(named.name)) continue;
    if (clientsOf({ k: "list", items: call.args }).some(({ path }) => /(?:id|ids|slug|uuid)$/i.test(path)))
      return call.place;
  }
  return null;
}

function contains(outer: Place, inner: Place): boolean {
  return outer.file === inner.file && outer.node.start <= inner.node.start && inner.node.end <= outer.node.end;
}
