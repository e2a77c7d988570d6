import type { Machine } from "../interpret/machine.ts";
import type { Chain, Value } from "../values/value.ts";
import { describeCall, nameOfRoot } from "./call.ts";

/** A call of code that is not seen is an operation of its own: it may read or change anything. */
export function recordUnseen(machine: Machine, chain: Chain): void {
  const last = chain.steps.at(-1);
  if (last === undefined || last.kind === "member" || machine.recorded.has(chain)) return;
  machine.recorded.add(chain);
  const callee: Value = { ...chain, steps: chain.steps.slice(0, -1) };
  const described = describeCall(machine, callee, last.args, last.place);
  const { root } = chain;
  machine.record({
    kind: "call",
    name: described.method,
    path: [nameOfRoot(root), ...chain.steps.flatMap((step) => (step.kind === "member" ? [step.name] : []))].join("."),
    origin: root.k === "foreign" ? root.origin : "opaque",
    args: last.args,
    awaited: true,
    result: chain,
    place: last.place,
  });
}
