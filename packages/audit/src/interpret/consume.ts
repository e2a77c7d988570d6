import { callBack, errorFirst } from "../knowledge/callbacks.ts";
import { Facts } from "../values/facts.ts";
import { recogniseQuery } from "../knowledge/databases/recognise.ts";
import { UNDEFINED, type Alternative, type Chain, type Place, type Value } from "../values/value.ts";
import { isEffect, runEffect } from "../knowledge/effects/effect-value.ts";
import { recordUnseen } from "../knowledge/record-unseen.ts";
import type { Machine } from "./machine.ts";
import { isBuilt } from "./building.ts";
import { choose, join, type State, withFacts } from "./state.ts";
import { knowRow } from "./learn.ts";
import { noteAbsent } from "./note-untested.ts";
import { comparisons } from "../values/query.ts";

/** What `await` gives: the promise's value, with what it proves; a query that was being built is sent. */
export function consume(machine: Machine, value: Value, place: Place): Value {
  switch (value.k) {
    case "pending":
      if (value.dead) {
        machine.state = null;
        return UNDEFINED;
      }
      machine.assume(value.facts);
      return machine.consume(value.value, place);
    case "choice":
      if (isBuilt(value)) return eachWay(machine, value.alternatives, place);
      return choose(value.alternatives.map((one) => ({ ...one, value: onItsPath(machine, one, place) })));
    case "list":
      return {
        k: "list",
        items: value.items.map((item) =>
          item.k === "pending" || item.k === "chain" ? machine.consume(item, place) : item,
        ),
      };
    case "chain":
      return settleChain(machine, value) ?? value;
    case "derived":
      return isEffect(value) ? runEffect(machine, value, place) : value;
    default:
      return value;
  }
}

/** `return run(club)` beside `return { error }`: a statement that nobody awaited there is sent on no other path. */
function onItsPath(machine: Machine, { value, facts }: Alternative, place: Place): Value {
  const before = machine.state;
  if (value.k !== "chain" || facts.size === 0 || before === null) return machine.consume(value, place);
  const there = before.facts.and(facts);
  machine.state = withFacts(before, there);
  const sent = machine.consume(value, place);
  if (machine.state !== null)
    machine.state = withFacts(machine.state, before.facts.and(machine.state.facts.beyond(there)));
  return sent;
}

/** A statement that was built in several ways is sent in the one that fits the path. */
function eachWay(machine: Machine, ways: readonly Alternative[], place: Place): Value {
  const before = machine.state;
  if (before === null) return UNDEFINED;
  let after: State | null = null;
  const answers = ways.map((one) => {
    machine.state = withFacts(before, before.facts.and(one.facts));
    const value = machine.consume(one.value, place);
    after = join(after, machine.state);
    return { ...one, value };
  });
  machine.state = after;
  return choose(answers);
}

/** The same without `await`, for libraries that answer at once: only what is a whole query already is sent. */
export function settled(machine: Machine, value: Value): Value {
  if (value.k !== "chain") return value;
  return machine.consumed.get(value) ?? value;
}

/** Sends the query a chain has built; null when it is none. */
export function settleChain(machine: Machine, chain: Chain): Value | null {
  const before = machine.consumed.get(chain);
  if (before !== undefined) return before;
  const together = statementsOf(chain);
  if (together !== null) {
    const value = machine.consume(together, chain.place);
    machine.consumed.set(chain, value);
    return value;
  }
  const found = recogniseQuery(machine, chain);
  if (found === null) {
    recordUnseen(machine, chain);
    return null;
  }
  const { query, result, transaction } = found;
  if (transaction !== null) {
    const inner = machine.invoke(transaction.callback, transaction.args, chain.place);
    const value = machine.consume(inner, chain.place);
    machine.consumed.set(chain, value);
    return value;
  }
  if (query === null) return null;
  noteAbsent(
    machine,
    comparisons(query.where).map((one) => one.value),
    query.place,
  );
  forgetBuilding(machine, chain);
  const saved = chain.root.k === "rows" && query.place !== chain.place;
  machine.record({ kind: "query", query, place: query.place, ...(saved && { sent: chain.place }) });
  const rows: Value = { k: "rows", query, path: "" };
  if (query.throws && machine.state !== null)
    machine.state = withFacts(machine.state, knowRow(rows, machine.state.facts));
  const value = result === null ? rows : result(rows);
  machine.consumed.set(chain, value);
  const last = chain.steps.at(-1);
  const callback = last?.kind === "call" ? errorFirst(last.args) : null;
  if (callback !== null) callBack(machine, callback, value, Facts.none, query.place);
  return value;
}

/** What was taken for calls of unseen code was this statement being built, whatever was decided between them. */
function forgetBuilding({ operations }: Machine, chain: Chain): void {
  const { node, file } = chain.place;
  for (let at = operations.length - 1; at >= 0; at -= 1) {
    const one = operations[at];
    if (one === undefined || one.place.file !== file) return;
    if (one.place.node.start < node.start || one.place.node.end > node.end) return;
    if (one.kind === "fallback" || one.kind === "choose" || one.kind === "compare") continue;
    if (one.kind !== "call" || one.result.k !== "chain" || one.result.steps.length > chain.steps.length) return;
    if (!one.result.steps.every((step, index) => step === chain.steps[index])) return;
    operations.splice(at, 1);
  }
}

/** `db.$transaction([…])`, `db.batch(rows.map(…))`: statements that are sent together. */
function statementsOf({ steps }: Chain): Value | null {
  const [named, last] = steps.slice(-2);
  if (named?.kind !== "member" || last?.kind !== "call" || !/^(?:\$transaction|batch)$/.test(named.name)) return null;
  const [first] = last.args;
  const isMany =
    first?.k === "list" || (first?.k === "choice" && first.alternatives.some(({ value }) => value.k === "list"));
  return isMany ? first : null;
}
