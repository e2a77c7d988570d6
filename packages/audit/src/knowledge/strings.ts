import type { Node } from "oxc-parser";
import { calledName } from "../syntax/called-name.ts";
import { literal, opaque, type Value } from "../values/value.ts";
import type { UnseenCall } from "./call.ts";

const TEXT =
  /^(?:toString|toLowerCase|toUpperCase|trim|trimStart|trimEnd|substring|substr|slice|padStart|padEnd|normalize|concat|repeat|toLocaleLowerCase|charAt|toFixed|toISOString|valueOf|toJSON|toLocaleString|toHexString|getTime)$/;

/** Methods of texts. What is known of both sides is worked out: a path is compared with a prefix. */
export function strings(call: UnseenCall): Value | undefined {
  const { method, args, place, receiver } = call;
  if (receiver === null || call.isNew) return undefined;
  const [first] = args;
  if (receiver.k === "derived" && receiver.op === "pattern" && first !== undefined)
    return matched(call, receiver, first);
  if (receiver.k === "literal" && typeof receiver.value === "string") {
    const text = receiver.value;
    if (first?.k === "literal" && typeof first.value === "string") {
      if (method === "startsWith") return literal(text.startsWith(first.value));
      if (method === "endsWith") return literal(text.endsWith(first.value));
      if (method === "includes") return literal(text.includes(first.value));
    }
    if (method === "toLowerCase") return literal(text.toLowerCase());
    if (method === "toUpperCase") return literal(text.toUpperCase());
    if (method === "trim") return literal(text.trim());
  }
  if (receiver.k === "caught" && /^(?:toString|valueOf)$/.test(method)) return { ...receiver, path: "toString" };
  const holdsText =
    receiver.k === "client" ||
    receiver.k === "rows" ||
    receiver.k === "principal" ||
    receiver.k === "derived" ||
    receiver.k === "env" ||
    receiver.k === "literal" ||
    receiver.k === "choice";
  if (!holdsText) return undefined;
  if (method === "replace" || method === "replaceAll")
    return escapes(call)
      ? { k: "derived", op: "escaped", args: [receiver], place }
      : { k: "derived", op: "replaced", args: [receiver, ...putIn(call)], place };
  if (TEXT.test(method))
    return { k: "derived", op: "string", args: [receiver, ...(method === "concat" ? args : [])], place };
  switch (method) {
    case "split":
    case "match":
    case "matchAll":
      return { k: "derived", op: "parts", args: [receiver], place };
    case "startsWith":
    case "endsWith":
    case "localeCompare":
    case "equals":
      return first === undefined
        ? undefined
        : { k: "derived", op: method === "equals" ? "===" : "part-of", args: [receiver, first], place };
    case "test":
      return undefined;
    default:
      return undefined;
  }
}

/** `template.replace("{{name}}", name)`, `text.replace(HOLES, (all, key) => values[key])`: what stands there instead. */
function putIn({ machine, args, place }: UnseenCall): Value[] {
  const [, instead] = args;
  if (instead === undefined || instead.k === "literal") return [];
  if (instead.k !== "closure") return instead.k === "foreign" ? [] : [instead];
  const before = machine.state;
  if (before === null || machine.atTop) return [];
  // What was found is a piece of the text itself.
  const value = machine.invoke(instead, [opaque("text"), opaque("text"), opaque("text")], place);
  machine.state = before;
  return value.k === "opaque" || value.k === "literal" ? [] : [value];
}

/** `/^[a-z]+$/.test(text)`: a pattern from end to end says what the text can be. */
function matched(
  { method, place }: UnseenCall,
  pattern: Extract<Value, { k: "derived" }>,
  text: Value,
): Value | undefined {
  if (method === "exec") return { k: "derived", op: "parts", args: [text], place };
  if (method !== "test") return undefined;
  const [source] = pattern.args;
  const whole = source?.k === "literal" && isWhole(String(source.value));
  return { k: "derived", op: whole ? "matches" : "is-like", args: [text], place };
}

function isWhole(pattern: string): boolean {
  return pattern.startsWith("^") && pattern.endsWith("$") && !/\.[*+]|\[\^[^\]]*\][*+]|\\S[*+]/.test(pattern);
}

/** What `.replace(…)` looks for, as it is written. */
function soughtBy(node: Node): string {
  if (node.type !== "CallExpression" || !/^(?:replace|replaceAll)$/.test(calledName(node))) return "";
  const [sought] = node.arguments;
  if (sought?.type !== "Literal") return "";
  return "regex" in sought && sought.regex !== null && sought.regex !== undefined
    ? sought.regex.pattern
    : String(sought.value);
}

/** Angles for HTML; for a text of SQL quotes alone are not enough where a backslash escapes them. */
function escapes({ place }: UnseenCall): boolean {
  let sought = "";
  for (let at: Node = place.node; at.type === "CallExpression" && soughtBy(at) !== "";) {
    sought += soughtBy(at);
    if (at.callee.type !== "MemberExpression") break;
    at = at.callee.object;
  }
  return sought.includes("<") || (sought.includes("'") && sought.includes("\\\\"));
}
