import type { Value } from "../../values/value.ts";
import { callsOf } from "./chain.ts";

/** What `repository.create({ … })`, `manager.create(Note, { … })`, `Note.build({ … })` was given: it only makes the object that is saved. */
export function madeOf(value: Value): Value | null {
  if (value.k === "list") {
    const made = value.items.map((one) => madeOf(one) ?? one);
    return made.some((one, at) => one !== value.items[at]) ? { k: "list", items: made } : null;
  }
  if (value.k !== "chain") return null;
  const last = callsOf(value).at(-1);
  if (
    last === undefined ||
    value.steps.at(-1)?.kind !== "call" ||
    !/^(?:create|build|forge|make|merge)$/.test(last.name)
  )
    return null;
  const given = last.args.at(last.args[0]?.k === "class" || last.args[0]?.k === "foreign" ? 1 : 0);
  return given?.k === "struct" || given?.k === "list" ? given : null;
}
