import { suppose } from "../../interpret/suppose.ts";
import { UNDEFINED, type Value } from "../../values/value.ts";
import { packageOf, type UnseenCall } from "../call.ts";
import { combinators } from "./combinators.ts";
import { effectOf, isEffect, isOption, runEffect } from "./effect-value.ts";
import { options } from "./options.ts";
import { dataLast, piped, RUN, ran } from "./piped.ts";

/** Effect: generators that are run, pipes, policies that guard what is piped through them, and runtimes. */
export function effects(call: UnseenCall): Value | undefined {
  const { method, args, place, machine, receiver } = call;
  if (method === "pipe" && receiver !== null && isPiped(receiver, args)) return piped(machine, receiver, args, place);
  const [first] = args;
  if (RUN.test(method) && first !== undefined && isEffect(first)) return ran(machine, method, first, place);
  // A policy that is not in the tree: what it asks holds of what is done behind it.
  if (POLICY.test(method) && args.length === 1 && first !== undefined && !machine.atTop) {
    return dataLast((self) =>
      effectOf(place, () => {
        const answer = runEffect(machine, first, place);
        if (machine.state !== null) machine.state = suppose(answer, true, machine.state);
        return machine.state === null ? UNDEFINED : runEffect(machine, self, place);
      }),
    );
  }
  const [module, name] = nameIn(call);
  if (module === "Effect") return combinators(call, name);
  if (module === "Option" || module === "Exit" || module === "Context" || module === "Array")
    return options(call, module, name);
  return module === "Function" && first !== undefined ? piped(machine, first, args.slice(1), place) : undefined;
}

const POLICY = /^with(?:Public)?Policy$|^policy(?:Use|Require)$/;

/** `Effect.gen` → Effect, gen; whichever way it was imported. */
function nameIn({ root, names }: UnseenCall): readonly [string, string] {
  if (packageOf(root) !== "effect" || root.k !== "foreign") return ["", ""];
  const from = root.from.slice("effect/".length);
  if (from !== "" && names.length === 0) return [from, root.name];
  if (root.name === "pipe" && names.length === 0) return ["Function", "pipe"];
  return names.length === 1 ? [root.name, names[0] ?? ""] : ["", ""];
}

function isPiped(receiver: Value, args: readonly Value[]): boolean {
  return (
    isEffect(receiver) ||
    isOption(receiver) ||
    receiver.k === "class" ||
    args.some((arg) => arg.k === "continuation") ||
    (receiver.k === "choice" && receiver.alternatives.some(({ value }) => isEffect(value) || isOption(value)))
  );
}
