import { visitorKeys, type Node } from "oxc-parser";
import { isFunction } from "./is-function.ts";

/** The direct children of a node, in source order. */
export function children(node: Node): Node[] {
  const found: Node[] = [];
  addChildren(node, found);
  return found;
}

/** Every node below and including `node`, parents first, without recursion: depth is the judged code's to choose. */
export function walk(node: Node): Iterable<Node> {
  return new Walk(node, true);
}

/** `walk`, and not into the functions that stand below `node`. */
export function walkOwn(node: Node): Iterable<Node> {
  return new Walk(node, false);
}

const KEYS: ReadonlyMap<string, readonly string[]> = new Map(Object.entries(visitorKeys));
const NONE: readonly string[] = [];

function addChildren(node: Node, found: Node[]): void {
  const fields = node as unknown as Readonly<Record<string, unknown>>;
  const keys = KEYS.get(node.type) ?? NONE;
  // By index: until it is compiled, an iterator makes an object for each turn, and this runs for every node there is.
  for (let at = 0; at < keys.length; at += 1) {
    const child = fields[keys[at] as string];
    if (typeof child !== "object" || child === null) continue;
    if (Array.isArray(child)) {
      for (let one = 0; one < child.length; one += 1) if (isNode(child[one])) found.push(child[one] as Node);
    } else if (isNode(child)) found.push(child);
  }
}

/** One object for all of its results: whole trees are walked, and a generator would make one for each node. */
class Walk implements IterableIterator<Node> {
  readonly #open: Node[];
  readonly #result: { done: boolean; value: Node };
  readonly #functions: boolean;

  constructor(node: Node, functions: boolean) {
    this.#functions = functions;
    this.#open = [node];
    this.#result = { done: false, value: node };
  }

  [Symbol.iterator](): this {
    return this;
  }

  next(): IteratorResult<Node> {
    const open = this.#open;
    const node = open.pop();
    if (node === undefined) {
      this.#result.done = true;
      return this.#result as IteratorResult<Node>;
    }
    // The last child is put down first, so that the first is taken up next.
    const from = open.length;
    addChildren(node, open);
    if (!this.#functions) dropFunctions(open, from);
    for (let low = from, high = open.length - 1; low < high; low += 1, high -= 1) {
      const one = open[low] as Node;
      open[low] = open[high] as Node;
      open[high] = one;
    }
    this.#result.value = node;
    return this.#result as IteratorResult<Node>;
  }
}

function dropFunctions(open: Node[], from: number): void {
  let kept = from;
  for (let at = from; at < open.length; at += 1) if (!isFunction(open[at] as Node)) open[kept++] = open[at] as Node;
  open.length = kept;
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && typeof (value as { type?: unknown }).type === "string";
}
