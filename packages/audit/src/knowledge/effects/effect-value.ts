import type { Machine } from "../../interpret/machine.ts";
import { alternative, choose, join, type State, withFacts } from "../../interpret/state.ts";
import { suppose } from "../../interpret/suppose.ts";
import { type Derived, opaque, type Place, UNDEFINED, type Value } from "../../values/value.ts";
import { isCallerName } from "../names.ts";
import { serviceOf } from "./service.ts";

/** Work that is described and not yet done: it is done where it is yielded, run, or asked for by another. */
export function effectOf(place: Place, run: () => Value): Value {
  return { k: "derived", op: "effect", args: [{ k: "continuation", run }], place };
}

export function isEffect(value: Value): value is Derived & { readonly op: "effect" } {
  return value.k === "derived" && value.op === "effect";
}

/** Something or nothing, as the value itself: it is there where that is truthy. */
export function optionOf(place: Place, value: Value): Value {
  return { k: "derived", op: "option", args: [value], place };
}

export function isOption(value: Value): value is Derived & { readonly op: "option" } {
  return value.k === "derived" && value.op === "option";
}

/** Does the work on the current path. A failure ends the path; a service or an option gives what it holds. */
export function runEffect(machine: Machine, value: Value, place: Place): Value {
  if (machine.state === null) return UNDEFINED;
  if (isEffect(value)) {
    const [body] = value.args;
    if (body?.k !== "continuation") return opaque("effect");
    // One step of the application is two or three calls of the library: they count for one.
    machine.relief += 1;
    try {
      return body.run([], place);
    } finally {
      machine.relief -= 1;
    }
  }
  if (isOption(value)) {
    const [held = UNDEFINED] = value.args;
    machine.state = suppose(held, true, machine.state);
    return held;
  }
  if (value.k === "choice" && value.alternatives.some((one) => isEffect(one.value) || isOption(one.value)))
    return whichever(machine, value, place);
  if (value.k === "class") {
    const name = value.node.id?.name ?? "";
    return isCallerName(name)
      ? signedIn(name, place)
      : (serviceOf(machine, value, (made) => runEffect(machine, made, place)) ?? opaque(name));
  }
  if (value.k === "foreign" && isCallerName(value.name)) return signedIn(value.name, place);
  if (value.k === "instance") {
    // Errors that can be yielded: `yield* new NotFound()`.
    machine.state = null;
    return UNDEFINED;
  }
  return machine.consume(value, place);
}

/** `allowed ? work : Effect.fail(…)`: each on a path of its own, and those that fail end. */
function whichever(machine: Machine, choice: Extract<Value, { k: "choice" }>, place: Place): Value {
  const before = machine.state;
  if (before === null) return UNDEFINED;
  const ways: { value: Value; state: State }[] = [];
  for (const one of choice.alternatives) {
    machine.state = withFacts(before, before.facts.and(one.facts));
    const value = runEffect(machine, one.value, place);
    if (machine.state !== null) ways.push({ value, state: machine.state });
  }
  machine.state = ways.reduce<State | null>((all, way) => join(all, way.state), null);
  const common = machine.facts;
  return ways.length === 0 ? UNDEFINED : choose(ways.map((way) => alternative(way.value, way.state.facts, common)));
}

/** A service that holds the caller is given by what authenticated it; which layer that was is not seen. */
function signedIn(name: string, place: Place): Value {
  return { k: "principal", path: name, sure: false, origin: place };
}
