import type { Machine } from "../../interpret/machine.ts";
import { alternative, choose, join } from "../../interpret/state.ts";
import { Facts } from "../../values/facts.ts";
import { literal, opaque, type Place, struct, UNDEFINED, type Value } from "../../values/value.ts";
import { packageOf } from "../call.ts";
import { isEffect, isOption, optionOf, runEffect } from "./effect-value.ts";

/** Names of what runs an effect, of whatever runtime. */
export const RUN = /^run(?:Promise|Sync|Fork|Callback|PromiseExit|SyncExit)$/;

/** `x.pipe(f, g)` is g(f(x)). A step that is not seen hands on what it was given. */
export function piped(machine: Machine, start: Value, steps: readonly Value[], place: Place): Value {
  let value = start;
  for (const step of steps) {
    if (machine.state === null) return UNDEFINED;
    if (RUN.test(nameOf(step)) && step.k !== "closure") {
      value = ran(machine, nameOf(step), value, place);
      continue;
    }
    // Layers are provided, nobody is asked; only one that insists on a caller turns others away.
    if (step.k !== "closure" && nameOf(step).startsWith("provide")) {
      if (/auth|user|session/i.test(nameOf(step)) && !/optional|maybe/i.test(nameOf(step)))
        machine.learn("auth", { sure: false, place, why: `${nameOf(step)} is taken for a check by its name` });
      continue;
    }
    if (!/^(?:closure|continuation|chain|foreign)$/.test(step.k)) continue; // a check that was asked by its name
    const given = machine.answer(step, [value], place);
    const seen =
      step.k === "closure" ||
      step.k === "continuation" ||
      packageOf(step.k === "chain" ? step.root : step) === "effect";
    if (seen || isEffect(given) || isOption(given)) value = given;
  }
  return value;
}

function nameOf(step: Value): string {
  if (step.k === "foreign") return step.name;
  const last = step.k === "chain" ? step.steps.at(-1) : undefined;
  return last?.kind === "member" ? last.name : "";
}

/** A function that takes what it works on last, as `pipe` hands it over. */
export function dataLast(run: (self: Value) => Value): Value {
  return { k: "continuation", run: ([self = UNDEFINED]) => run(self) };
}

export function ran(machine: Machine, method: string, effect: Value, place: Place): Value {
  return method.endsWith("Exit") ? exitOf(machine, effect, place) : runEffect(machine, effect, place);
}

/** What came of it, failed or not, as a value: the path goes on either way. */
export function exitOf(machine: Machine, effect: Value, place: Place): Value {
  const before = machine.state;
  const value = runEffect(machine, effect, place);
  const after = machine.state;
  machine.state = join(before, after);
  const failed = struct({ _tag: literal("Failure"), cause: opaque("cause") });
  if (after === null || before === null) return failed;
  return choose([
    alternative(struct({ _tag: literal("Success"), value }), after.facts, machine.facts),
    alternative(failed, before.facts, machine.facts),
  ]);
}

/** The same as something or nothing. */
export function optionOfExit(exit: Value, place: Place): Value {
  if (exit.k !== "choice") return optionOf(place, UNDEFINED);
  return optionOf(
    place,
    choose(
      exit.alternatives.map(({ value, facts }) => ({
        value: (value.k === "struct" ? value.props.get("value") : undefined) ?? UNDEFINED,
        facts: value.k === "struct" && value.props.has("value") ? facts : Facts.none,
      })),
    ),
  );
}
