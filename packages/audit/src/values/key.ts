import { Memo } from "./memo.ts";
import type { Value } from "./value.ts";

const known = new Memo<object, string>();
const MAX_KEY = 160;
const MAX_DEPTH = 64;
let deep = 0;
let unnamed = 0;

/** Equal keys mean the same value: `params.id` read twice is one, and two rows of two queries are two. */
export function keyOf(value: Value): string {
  if (value.k === "opaque") return `?${value.id}`;
  const before = known.get(value);
  if (before !== undefined) return before;
  if (deep >= MAX_DEPTH) {
    // Too deep to be told from others by what is inside: it is itself and no other.
    unnamed += 1;
    const own = `~${unnamed}`;
    known.set(value, own);
    return own;
  }
  deep += 1;
  try {
    const made = make(value);
    const key = made.length > MAX_KEY ? `${made.slice(0, MAX_KEY)}#${hash(made)}` : made;
    known.set(value, key);
    return key;
  } finally {
    deep -= 1;
  }
}

function make(value: Value): string {
  switch (value.k) {
    case "literal":
      return `=${typeof value.value === "string" ? JSON.stringify(value.value) : String(value.value)}`;
    case "client":
      return `client:${value.part}.${value.path}`;
    case "request":
      return `request:${value.path}`;
    case "principal":
      return `principal:${value.path}`;
    case "rows":
      return `rows:${value.query.id}.${value.path}`;
    case "env":
      return `env:${value.name}`;
    case "foreign":
      return `${value.from}#${value.name}`;
    case "chain":
      return `${keyOf(value.root)}${value.steps
        .map((step) => (step.kind === "member" ? `.${step.name}` : `${step.kind}(${keysOf(step.args)})`))
        .join("")}`;
    case "derived":
      return `${value.op}(${keysOf(value.args)})`;
    case "struct":
      return structKey(value);
    case "list":
      return `[${keysOf(value.items)}]`;
    case "choice":
      return `(${value.alternatives.map((one) => keyOf(one.value)).join("|")})`;
    case "pending":
      return `promise ${keyOf(value.value)}`;
    case "caught":
      return `caught:${value.place.node.start}.${value.path}`;
    case "namespace":
      return `*${value.file}`;
    case "closure":
    case "class":
      return `${value.file}@${value.node.start}`;
    case "opaque":
      return `?${value.id}`;
    case "response":
      return `response:${value.redirect}:${value.status === null ? "" : keyOf(value.status)}:${value.body === null ? "" : keyOf(value.body)}`;
    case "instance":
    case "continuation":
      unnamed += 1;
      return `~${unnamed}`;
    default:
      return value.k;
  }
}

function keysOf(values: readonly Value[]): string {
  let keys = "";
  for (let at = 0; at < values.length; at += 1)
    keys += at === 0 ? keyOf(values[at] as Value) : `,${keyOf(values[at] as Value)}`;
  return keys;
}

function structKey({ props, spreads }: Extract<Value, { k: "struct" }>): string {
  let key = "{";
  props.forEach((inner, name) => (key += key === "{" ? `${name}:${keyOf(inner)}` : `,${name}:${keyOf(inner)}`));
  for (let at = 0; at < spreads.length; at += 1) key += `${at === 0 ? "" : ","}...${keyOf(spreads[at] as Value)}`;
  return `${key}}`;
}

/** FNV-1a, 32 bits. */
function hash(text: string): string {
  let sum = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) sum = Math.imul(sum ^ text.charCodeAt(at), 0x01000193);
  return (sum >>> 0).toString(36);
}
