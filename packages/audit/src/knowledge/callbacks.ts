import type { Machine } from "../interpret/machine.ts";
import { choose, withFacts } from "../interpret/state.ts";
import { Facts } from "../values/facts.ts";
import { type Closure, NULL, opaque, type Place, UNDEFINED, type Value } from "../values/value.ts";

const ERROR = /^_*(?:e|er|err\d?|error\d?|\w*(?:Err|Error))$/;

/** The callback that a call of Node's older manner ends with: `(error, result) => …`. */
export function errorFirst(args: readonly Value[]): Closure | null {
  const last = args.at(-1);
  if (last?.k !== "closure") return null;
  const [first] = last.node.params;
  return first?.type === "Identifier" && (ERROR.test(first.name) || (first.name === "_" && last.node.params.length > 1))
    ? last
    : null;
}

/**
 * Runs such a callback: either there is an error, or there is the result with what it shows. What runs after the call
 * has run before the callback, or beside it, and knows nothing of it.
 */
export function callBack(machine: Machine, callback: Closure, result: Value, shown: Facts, place: Place): void {
  const before = machine.state;
  if (before === null) return;
  const error = choose([
    { value: NULL, facts: shown },
    { value: { k: "caught", path: "", place: { file: callback.file, node: callback.node } }, facts: Facts.none },
  ]);
  // Where nothing is shown by it, that it is there is no news: rows are told by themselves.
  const value =
    shown.size === 0
      ? result
      : choose([
          { value: result, facts: shown },
          { value: UNDEFINED, facts: Facts.none },
        ]);
  machine.invoke(callback, [error, value, opaque("info")], place);
  machine.state = machine.state === null ? before : withFacts(machine.state, before.facts);
}

/** `crypto.randomBytes(32, (error, bytes) => …)`: what the call answers is the callback's, where it is given one. */
export function handBack(machine: Machine, args: readonly Value[], value: Value, place: Place): Value {
  const callback = machine.atTop ? null : errorFirst(args);
  if (callback === null) return value;
  callBack(machine, callback, value, Facts.none, place);
  return UNDEFINED;
}

/** `inBackground({ logger, task: () => processAll(rows) })`: work that is handed over in a bag, and needs nothing to be run. */
export function workAmong(args: readonly Value[]): Closure | undefined {
  for (const arg of args) {
    if (arg.k !== "struct") continue;
    for (const [name, given] of arg.props)
      if (given.k === "closure" && given.node.params.length === 0 && WORK.test(name)) return given;
  }
  return undefined;
}
const WORK =
  /^(?:task|work|fn|func|run|callback|cb|exec|execute|action|operation|effect|perform|process|job|thunk|body)$/;
