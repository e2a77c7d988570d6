import { isPlatformGlobal } from "../knowledge/platform-globals.ts";
import { opaque, UNDEFINED, type Value } from "../values/value.ts";
import type { Machine } from "./machine.ts";
import { moduleValue } from "./module-value.ts";
import type { Scope } from "./scope.ts";
import { read } from "./state.ts";

/** What a name stands for here: a local, something of the file's top, or of the platform. */
export function lookUp(machine: Machine, name: string, scope: Scope): Value {
  const slot = scope.find(name);
  if (slot !== undefined) {
    if (slot.reads !== undefined) machine.reads.slots.add(slot);
    return read(machine.state, slot);
  }
  if (name === "undefined") return UNDEFINED;
  const found = moduleValue(machine, scope.file, name);
  if (found !== null) return found;
  if (name === "NaN" || name === "Infinity") return opaque("number");
  // Put there by a framework's automatic imports, or by a line that was left out.
  return isPlatformGlobal(name)
    ? { k: "foreign", from: "global", name, origin: "global" }
    : { k: "foreign", from: "", name, origin: "missing" };
}
