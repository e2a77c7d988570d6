import { Memo } from "./memo.ts";
import type { Condition, Query, Value } from "./value.ts";

/** As deep as most walks go. */
const DEPTH = 8;
/** The steps of one walk. What products are made of takes less than a fifth of it. */
const MOST_STEPS = 25_000;
/** Fewer values than this need not be counted by depth. */
const FEW = 4_000;
/** For those that go as deep as there is anything. */
const MOST = 1_000_000;
const ENDLESS = 1e9;
/** What holds nothing is soon passed by. */
const LEAF = 0.1;
/** A list may grow after what holds it was measured. */
const TO_GROW = 10;

/** How many values are below one, each as often as it is held; and how many of them a walk meets, by its depth. */
const sizes = new Memo<object, number>();
const steps = new Memo<object, number[]>();
/** Lists that were measured as parts of others. */
const heldLists = new Memo<object, true>();

/**
 * Would a walk meet the same values over and over? Sixty fields of one object, sixty of that in the next, are few
 * values and billions of steps. Asked where values are put together, so that no walk has to count.
 */
export function isEntangled(value: Value): boolean {
  const size = sizeOf(value);
  return size > FEW && (size > MOST || stepsInto(value, DEPTH) > MOST_STEPS);
}

/** A list has grown: it is larger than it was, and so is what holds it, if anything was measured that does. */
export function hasGrown(list: Extract<Value, { k: "list" }>): void {
  if (heldLists.get(list) === undefined) {
    sizes.delete(list);
    steps.delete(list);
    return;
  }
  sizes.clear();
  steps.clear();
  heldLists.clear();
}

function sizeOf(value: Value): number {
  const held = itself(value);
  if (held === null) return LEAF;
  const before = sizes.get(held);
  if (before !== undefined) return before;
  sizes.set(held, 0); // what holds itself
  const found = Math.min(ownSize(value) + below(value), ENDLESS);
  sizes.set(held, found);
  return found;
}

function sizeOfPart(part: Value): number {
  if (part.k === "list") heldLists.set(part, true);
  return sizeOf(part);
}

/** Asked of every value that is put together: without lists of its parts. */
function below(value: Value): number {
  let size = 0;
  switch (value.k) {
    case "derived":
      for (const arg of value.args) size += sizeOfPart(arg);
      return size;
    case "chain":
      for (const step of value.steps) if (step.kind !== "member") for (const arg of step.args) size += sizeOfPart(arg);
      return size + sizeOfPart(value.root);
    case "struct":
      value.props.forEach((inner) => (size += sizeOfPart(inner)));
      for (const one of value.spreads) size += sizeOfPart(one);
      return size;
    default:
      for (const part of partsOf(value)) size += sizeOfPart(part);
      return size;
  }
}

/** The steps of a walk that goes no deeper, and remembers nothing. */
export function stepsInto(value: Value, depth: number): number {
  const held = itself(value);
  if (held === null) return LEAF;
  if (depth === 0) return 1;
  let byDepth = steps.get(held);
  if (byDepth === undefined) steps.set(held, (byDepth = []));
  const before = byDepth[depth];
  if (before !== undefined) return before;
  let count = ownSize(value);
  for (const part of partsOf(value)) {
    if (part.k === "list") heldLists.set(part, true);
    count += stepsInto(part, depth - 1);
  }
  const found = Math.min(count, ENDLESS);
  byDepth[depth] = found;
  return found;
}

function ownSize({ k }: Value): number {
  return k === "list" ? TO_GROW : 1;
}

/** What is held in common by all that is read of it; null for what holds no other. */
function itself(value: Value): object | null {
  switch (value.k) {
    case "rows":
      return value.query;
    case "struct":
    case "list":
    case "derived":
    case "chain":
    case "choice":
    case "pending":
    case "response":
      return value;
    default:
      return null;
  }
}

function partsOf(value: Value): readonly Value[] {
  switch (value.k) {
    case "derived":
      return value.args;
    case "list":
      return value.items;
    case "choice":
      return value.alternatives.map((one) => one.value);
    case "struct":
      return [...value.props.values(), ...value.spreads];
    case "pending":
      return [value.value];
    case "response":
      return [value.body, value.status].filter((one) => one !== null);
    case "chain":
      return [value.root, ...value.steps.flatMap((step) => (step.kind === "member" ? [] : [...step.args]))];
    case "rows":
      return ofQuery(value.query);
    default:
      return [];
  }
}

/** What its condition compares with, and what it writes. */
function ofQuery({ where, data }: Query): readonly Value[] {
  const found: Value[] = data === null ? [] : [data];
  const open: Condition[] = where === null ? [] : [where];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next.kind === "compare" || next.kind === "unknown") found.push(next.value);
    else for (const one of next.of) open.push(one);
  }
  return found;
}
