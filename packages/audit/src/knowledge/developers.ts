import type { Value } from "../values/value.ts";

/** `isDev`, `isDevEnvironment()`, `config.isDevelopment`, `__DEV__`: whether this is a developer's own machine. */
export function asksForDeveloper(value: Extract<Value, { k: "chain" | "foreign" }>): boolean {
  if (value.k === "foreign") return ON_A_DEVELOPERS.test(value.name);
  // Of what a call answers, or of a row, it is somebody's own: `account.isDeveloper`.
  if (value.root.k !== "foreign" || value.steps.slice(0, -1).some(({ kind }) => kind !== "member")) return false;
  const last = value.steps.at(-1);
  if (last?.kind === "member") return ON_A_DEVELOPERS.test(last.name);
  if (last?.kind !== "call" || last.args.length > 0) return false;
  const called = value.steps.at(-2);
  return ON_A_DEVELOPERS.test(called?.kind === "member" ? called.name : value.root.name);
}
const ON_A_DEVELOPERS =
  /^(?:__DEV__|(?:is|in|is_in|is_?running_?in)_?(?:local_?)?dev(?:elopment)?(?:_?(?:env|environment|mode|server|build|machine))?)$/i;
