import type { Value } from "./value.ts";

/** What a call is given, objects taken apart: `count({ where: { projectId, userId } })` is given two values. */
export function givenIn(value: Value, depth = 0): Value[] {
  return value.k === "struct" && depth < 3
    ? [...value.props.values()].flatMap((one) => givenIn(one, depth + 1))
    : [value];
}
