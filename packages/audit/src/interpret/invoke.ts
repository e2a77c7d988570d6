import type { Node } from "oxc-parser";
import { Facts } from "../values/facts.ts";
import { opaque, UNDEFINED, type Closure, type Place, type Value } from "../values/value.ts";
import { functionKey } from "../syntax/function-key.ts";
import type { Operation } from "../trace/operation.ts";
import { answeredAbout } from "./asked-about.ts";
import { bindPattern } from "./bind-pattern.ts";
import { closureOf } from "./closure.ts";
import type { Frame, Machine } from "./machine.ts";
import { Scope } from "./scope.ts";
import { joinEither } from "./either.ts";
import { alternative, choose, join, type State, withFacts } from "./state.ts";
import { runBlock } from "./statements.ts";

/** How often one function may be inside itself before its answer is taken as unknown. */
const MAX_RECURSION = 1;

/** Calls a value with values. What is not a function of the tree answers with an opaque value. */
export function invoke(machine: Machine, callee: Value, args: readonly Value[], place: Place): Value {
  switch (callee.k) {
    case "closure":
      return invokeClosure(machine, callee, args, place);
    case "continuation":
      return callee.run(args, place);
    case "choice": {
      const before = machine.state;
      let after: State | null = null;
      const results = callee.alternatives
        .filter((one) => one.value.k !== "literal")
        .slice(0, 4)
        .map((one) => {
          machine.state = before === null ? null : withFacts(before, before.facts.and(one.facts));
          const value = machine.invoke(one.value, args, place);
          after = join(after, machine.state);
          return { value, facts: one.facts };
        });
      machine.state = after ?? (results.length === 0 ? before : null);
      return results.length === 0 ? opaque("call") : choose(results);
    }
    default:
      return opaque("call");
  }
}

function invokeClosure(machine: Machine, callee: Closure, args: readonly Value[], place: Place): Value {
  const { node } = callee;
  if (machine.tooDeep || timesInside(machine.active, node) > MAX_RECURSION || !machine.step()) {
    machine.unknowns.add(`calls are nested too deep at ${callee.name === "" ? "a function" : callee.name}`);
    return opaque("");
  }
  if (node.body === null || node.body === undefined) return opaque(callee.name);
  const bare = args.length === 0 && node.params.length === 0 && callee.self === null;
  const remembered = bare ? machine.remembered.get(node) : undefined;
  if (remembered !== undefined) return remembered;
  const recorded = machine.operations.length;
  const outer = callee.scope as Scope;
  const scope = new Scope(callee.file, outer, callee.self ?? outer.self);
  const before = machine.state;
  const frame: Frame = { node, returns: [], breaks: [], continues: [], lost: null, thrown: null };
  const caller = machine.frame;
  machine.frame = frame;
  machine.calls.push(place);
  machine.active.push(node);
  machine.reached.add(functionKey(callee.file, node));
  machine.reads.files.add(callee.file);
  machine.within.push({ file: callee.file, node });
  const kept = machine.lend();
  let spent = false;
  try {
    node.params.forEach((parameter, at) => {
      if (parameter.type === "RestElement")
        bindPattern(machine, parameter.argument, { k: "list", items: args.slice(at) }, scope);
      else bindPattern(machine, parameter, args[at] ?? UNDEFINED, scope);
    });
    if (node.type === "FunctionExpression" && node.id !== null && scope.find(node.id.name) === undefined) {
      scope.declare(node.id.name, closureOf(node, outer, node.id.name));
    }
    if (node.body.type === "BlockStatement") {
      runBlock(machine, node.body.body, scope);
      if (machine.state !== null) frame.returns.push({ value: UNDEFINED, state: machine.state });
    } else {
      const value = machine.evaluate(node.body, scope);
      if (machine.state !== null) frame.returns.push({ value, state: machine.state });
    }
  } finally {
    machine.frame = caller;
    machine.calls.pop();
    machine.active.pop();
    machine.within.pop();
    spent = machine.takeBack(kept);
  }
  if (spent) {
    // Nobody has seen how it ends: it may have asked for the caller, and it may have answered anything.
    machine.state ??= frame.returns.at(-1)?.state ?? before;
    machine.learn("opaque:auth", { sure: false, place, why: `${callee.name} is too large to follow to its end` });
    return opaque(callee.name);
  }
  // What comes out of a cache is what the other way out put there.
  const fresh = frame.returns.filter((one) => !isCached(one.value));
  if (fresh.length > 0 && fresh.length < frame.returns.length) frame.returns.splice(0, frame.returns.length, ...fresh);
  let after: State | null = null;
  for (const one of frame.returns) after = joinEither(after, one.state);
  const common = after?.facts ?? Facts.none;
  const answer =
    frame.returns.length === 0
      ? UNDEFINED
      : frame.returns.length === 1
        ? (frame.returns[0]?.value ?? UNDEFINED)
        : choose(frame.returns.map((one) => alternative(one.value, one.state.facts, common)));
  const value = answeredAbout(callee, args, answer, machine.operations.slice(recorded));
  if (node.async && before !== null) {
    // Until it is awaited an async function proves nothing, and does not stop its caller either.
    machine.state = after === null ? before : withFacts(after, before.facts);
    return {
      k: "pending",
      value,
      facts: after === null ? Facts.none : common.beyond(before.facts),
      dead: after === null,
    };
  }
  machine.state = after;
  // `db()`: the same client each time.
  if (
    bare &&
    after !== null &&
    after.facts === before?.facts &&
    isClient(value) &&
    onlyMakes(machine.operations, recorded)
  ) {
    machine.remembered.set(node, value);
  }
  return value;
}

function timesInside(active: readonly Node[], node: Node): number {
  let times = 0;
  for (let at = 0; at < active.length; at += 1) if (active[at] === node) times += 1;
  return times;
}

/** Nothing was done but what making a client takes: it was asked whether there is one, and what the settings are. */
function onlyMakes(operations: readonly Operation[], from: number): boolean {
  for (let at = from; at < operations.length; at += 1) {
    const kind = operations[at]?.kind;
    if (kind !== "call" && kind !== "test" && kind !== "fallback" && kind !== "compare") return false;
  }
  return true;
}

function isClient(value: Value): boolean {
  return (
    value.k === "chain" ||
    value.k === "foreign" ||
    (value.k === "choice" &&
      value.alternatives.every(
        (one) => one.value.k === "chain" || one.value.k === "foreign" || one.value.k === "opaque",
      ))
  );
}

function isCached(value: Value): boolean {
  return value.k === "derived" && value.op === "cached";
}
