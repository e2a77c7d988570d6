import type { Node } from "oxc-parser";
import type { EntryPoint } from "../../entry-points/entry-point.ts";
import { calledName } from "../../syntax/called-name.ts";
import { walk } from "../../syntax/walk.ts";
import type { Operation } from "../../trace/operation.ts";
import type { Value } from "../../values/value.ts";
import { isStoredSecret } from "./secret-names.ts";

const TAKES_PASSWORD =
  /(?:log|sign)[-_ ]?(?:in|up)|regist(?:er|ration)|password|credential|token|(?:^|\/)auth(?:\/|$)/i;

/** `s = s + s` doubles what stands in it. */
const MAX_DEPTH = 8;

/** All headers, the credential among them; a body that holds a secret, as the same function or its route's name says. */
export function loggedWhole(value: Value, entry: EntryPoint, one: Operation, depth = 0): string | null {
  if (depth > MAX_DEPTH) return null;
  if (value.k === "struct") {
    for (const inner of value.props.values()) {
      const found = loggedWhole(inner, entry, one, depth + 1);
      if (found !== null) return found;
    }
    return null;
  }
  // `${JSON.stringify(dto)}`: written out, it is all there.
  if (value.k === "derived" && /^(?:template|\+|stringify)$/.test(value.op)) {
    for (const inner of value.args) {
      if (value.op !== "stringify" && inner.k === "client") continue;
      const found = loggedWhole(inner, entry, one, depth + 1);
      if (found !== null) return found;
    }
    return null;
  }
  if (value.k !== "client" || value.path !== "") return null;
  if (value.part === "header") return "every header, the credential among them,";
  if (value.part !== "body") return null;
  const read = secretRead(one);
  if (read !== null) return `the body, ${read} in it,`;
  return !value.checked && TAKES_PASSWORD.test(`${entry.path ?? ""} ${entry.name}`)
    ? "the body, the password in it,"
    : null;
}

/** `logger.info({ token })` where `token.access_token` is what the function goes on to keep: as it is, nothing left out. */
export function heldInLogged(one: Operation, text: string): string | null {
  if (one.kind !== "log" || CENSORS.test(text)) return null;
  return secretRead(one, asItIs);
}
/** A log that is told what to leave out, or a secret that is taken off before. */
export const CENSORS = /redact|\bdelete\s+\w+(?:\.\w+)*\.\w*(?:token|secret|password|key)/i;

/** Handed over whole, or written out by what changes nothing of it. */
function asItIs(node: Node): string[] {
  if (node.type === "CallExpression")
    return /^(?:stringify|inspect|format|dir)$/.test(calledName(node)) ? node.arguments.flatMap(asItIs) : [];
  if (node.type === "ObjectExpression")
    return node.properties.flatMap((one) =>
      one.type === "Property" ? asItIs(one.value) : one.type === "SpreadElement" ? asItIs(one.argument) : [],
    );
  if (node.type === "TemplateLiteral")
    return node.expressions.flatMap((one) => (one.type === "CallExpression" ? asItIs(one) : []));
  return namesOf(node);
}

/** The secret that the function takes out of the very thing it logs: `const { password } = req.body`. */
function secretRead({ place, within }: Operation, named = namesOf): string | null {
  const around = within.at(-1)?.node;
  if (around === undefined || place.node.type !== "CallExpression") return null;
  const logged = new Set<string>();
  for (const arg of place.node.arguments) for (const name of named(arg)) logged.add(name);
  if (logged.size === 0) return null;
  for (const node of walk(around)) {
    if (node.type === "VariableDeclarator" && node.id.type === "ObjectPattern" && node.init !== null) {
      if (!logged.has(nameOf(node.init))) continue;
      for (const one of node.id.properties)
        if (one.type === "Property" && one.key.type === "Identifier" && isStoredSecret(one.key.name))
          return one.key.name;
    } else if (
      node.type === "MemberExpression" &&
      node.property.type === "Identifier" &&
      isStoredSecret(node.property.name) &&
      logged.has(nameOf(node.object))
    )
      return node.property.name;
  }
  return null;
}

/** What is written out as it is: `req.body`, `{ input: body }`. */
function namesOf(node: Node): string[] {
  if (node.type === "ObjectExpression")
    return node.properties.flatMap((one) =>
      one.type === "Property" ? namesOf(one.value) : one.type === "SpreadElement" ? namesOf(one.argument) : [],
    );
  if (node.type === "CallExpression") return node.arguments.flatMap(namesOf);
  if (node.type === "TemplateLiteral")
    return node.expressions.flatMap((one) => (one.type === "CallExpression" ? namesOf(one) : []));
  const name = nameOf(node);
  return name === "" ? [] : [name];
}

/** `req.body`; empty where it is no plain name. */
function nameOf(node: Node): string {
  switch (node.type) {
    case "Identifier":
      return node.name;
    case "ThisExpression":
      return "this";
    case "MemberExpression": {
      const object = nameOf(node.object);
      return object === "" || node.computed || node.property.type !== "Identifier"
        ? ""
        : `${object}.${node.property.name}`;
    }
    case "AwaitExpression":
      return nameOf(node.argument);
    case "TSAsExpression":
    case "TSNonNullExpression":
    case "ParenthesizedExpression":
      return nameOf(node.expression);
    default:
      return "";
  }
}
