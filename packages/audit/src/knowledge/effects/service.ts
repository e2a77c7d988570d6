import type { Machine } from "../../interpret/machine.ts";
import type { Scope } from "../../interpret/scope.ts";
import type { ClassValue, Value } from "../../values/value.ts";

/**
 * What a service gives: `class Repo extends Effect.Service<Repo>()("Repo", { effect })` gives what `effect` does. Null
 * for a class that says nothing of how it is made.
 * @param run does an effect and gives what comes of it
 */
export function serviceOf(machine: Machine, of: ClassValue, run: (value: Value) => Value): Value | null {
  const known = machine.remembered.get(of.node);
  if (known !== undefined) return known;
  const { superClass } = of.node;
  const options = superClass?.type === "CallExpression" ? superClass.arguments.at(-1) : undefined;
  if (options?.type !== "ObjectExpression" || machine.active.includes(of.node)) return null;
  const made = options.properties.find(
    (one) =>
      one.type === "Property" && one.key.type === "Identifier" && /^(?:effect|scoped|sync|succeed)$/.test(one.key.name),
  );
  if (made?.type !== "Property" || made.key.type !== "Identifier") return null;
  // It is made once, at the start of the program and on nobody's path.
  const { state, recording } = machine;
  machine.recording = false;
  machine.active.push(of.node);
  try {
    const held = machine.evaluate(made.value, of.scope as Scope);
    const value =
      made.key.name === "sync"
        ? machine.invoke(held, [], { file: of.file, node: of.node })
        : made.key.name === "succeed"
          ? held
          : run(held);
    machine.remembered.set(of.node, value);
    return value;
  } finally {
    machine.active.pop();
    machine.recording = recording;
    machine.state = state;
  }
}
