import type { Machine } from "../interpret/machine.ts";
import type { Chain, Place, Value } from "../values/value.ts";

/** A call of something whose code is not in the tree. */
export interface UnseenCall {
  readonly machine: Machine;
  /** The whole chain, this call its last step. */
  readonly chain: Chain;
  readonly args: readonly Value[];
  readonly place: Place;
  /** What the chain began with. */
  readonly root: Value;
  /** The names between the root (or the call before) and this call: `webhooks.constructEvent` → both. */
  readonly names: readonly string[];
  /** The last of them, or the root's own name. */
  readonly method: string;
  /** What the method was called on: the chain without its last member, or null for a plain function. */
  readonly receiver: Value | null;
  readonly isNew: boolean;
}

/** What a known function answers; undefined when it is not the one this model knows. */
export type Model = (call: UnseenCall) => Value | undefined;

export function describeCall(
  machine: Machine,
  callee: Value,
  args: readonly Value[],
  place: Place,
  isNew = false,
): UnseenCall {
  const before: Chain = callee.k === "chain" ? callee : { k: "chain", root: callee, steps: [], place };
  const chain: Chain = {
    k: "chain",
    root: before.root,
    steps: [...before.steps, { kind: isNew ? "new" : "call", args, place }],
    place,
  };
  const names: string[] = [];
  for (let at = before.steps.length - 1; at >= 0; at--) {
    const step = before.steps[at];
    if (step?.kind !== "member") break;
    names.unshift(step.name);
  }
  const last = before.steps.at(-1);
  const receiver: Value | null =
    last?.kind !== "member"
      ? before.steps.length === 0
        ? null
        : before
      : before.steps.length === 1
        ? before.root
        : { ...before, steps: before.steps.slice(0, -1) };
  return {
    machine,
    chain,
    args,
    place,
    root: before.root,
    names,
    method: names.at(-1) ?? nameOfRoot(before.root),
    receiver,
    isNew,
  };
}

export function nameOfRoot(root: Value): string {
  if (root.k === "foreign") return root.name === "default" || root.name === "*" ? lastPart(root.from) : root.name;
  if (root.k === "opaque") return root.name;
  return "";
}

function lastPart(specifier: string): string {
  return specifier
    .slice(specifier.lastIndexOf("/") + 1)
    .replace(/[-_.](\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** The package a chain came from, without what is below it: `next-auth/jwt` → `next-auth`. */
export function packageOf(root: Value): string {
  if (root.k !== "foreign" || root.origin !== "package") return "";
  const known = packages.get(root.from);
  if (known !== undefined) return known;
  const [, name = root.from] = /^(?:node:)?((?:@[^/]+\/)?[^/]+)/.exec(root.from) ?? [];
  packages.set(root.from, name);
  return name;
}
const packages = new Map<string, string>();

/** `parseFilters(id, filters)`, `buildWhere(query)`: answers with parts of a statement, and not with what it was given. */
export function buildsParts(method: string): boolean {
  return BUILDS_PARTS.test(method);
}
const BUILDS_PARTS =
  /^(?:parse|build|make|create|get|compile|prepare|generate|to|compose|construct|resolve)_?\w*(?:filters|where|sql|conditions?|clauses?|statement|predicates?|joins?)$/i;
