import type { Node } from "oxc-parser";
import type { ProjectFile } from "../../project.ts";
import { perFile } from "../../source/per-file.ts";
import { says } from "../../source/says.ts";
import { isStoredSecret } from "./secret-names.ts";

/**
 * `logger.info({ url: req.originalUrl, query: req.query })` where the same file takes a credential of the query: what is
 * written down holds it. What is logged, and the secret in it; or null.
 */
export function loggedAddress(call: Node, file: ProjectFile | null): string | null {
  if (call.type !== "CallExpression" || file === null) return null;
  for (const arg of call.arguments) {
    const what = writtenWhole(arg);
    const secret = what === null ? null : secretOfQuery(file);
    if (secret !== null) return `the ${what}, ${secret} in it,`;
  }
  return null;
}

/** The address with its query, or the query, as it is; not what another call makes of it. */
function writtenWhole(node: Node, depth = 0): "address" | "query" | null {
  if (depth > 6) return null;
  const first = (nodes: readonly (Node | null)[]): "address" | "query" | null => {
    for (const one of nodes) {
      const found = one === null ? null : writtenWhole(one, depth + 1);
      if (found !== null) return found;
    }
    return null;
  };
  switch (node.type) {
    case "MemberExpression": {
      if (node.computed || node.property.type !== "Identifier" || node.object.type !== "Identifier") return null;
      if (!/^_?(?:req|request|ctx)$/.test(node.object.name)) return null;
      if (node.property.name === "query") return "query";
      return /^(?:originalUrl|url)$/.test(node.property.name) ? "address" : null;
    }
    case "ObjectExpression":
      return first(node.properties.map((one) => (one.type === "Property" ? one.value : one.argument)));
    case "ArrayExpression":
      return first(node.elements);
    case "TemplateLiteral":
      return first(node.expressions);
    case "BinaryExpression":
      return node.operator === "+" ? first([node.left, node.right]) : null;
    case "LogicalExpression":
      return first([node.left, node.right]);
    case "CallExpression":
      return node.callee.type === "MemberExpression" &&
        node.callee.object.type === "Identifier" &&
        node.callee.object.name === "JSON"
        ? first(node.arguments)
        : null;
    default:
      return null;
  }
}

/** `req.query["access_token"]`, `searchParams.get("api_key")`, `const { apiKey } = req.query`. */
const secretOfQuery = perFile((file: ProjectFile): string | null => {
  if (!says(file, /query|searchParams/)) return null;
  for (const pattern of says(file, TAKEN_APART) ? [...READ, NAMES] : READ)
    for (const [, names = ""] of file.text.matchAll(pattern))
      for (const name of names.split(/[^\w-]+/)) if (isStoredSecret(name.replaceAll("-", "_"))) return name;
  return null;
});
const TAKEN_APART = /=\s*_?(?:req|request|ctx)\.query\b/;
const NAMES = /\{([\w\s,:]{1,200})\}\s*=\s*_?(?:req|request|ctx)\.query\b/g;
const READ = [
  /\bquery(?:\?\.|\.)?\[\s*["'`]([\w-]+)["'`]/g,
  /\bquery\??\.(\w+)/g,
  /\bsearchParams\.get\(\s*["'`]([\w-]+)["'`]/g,
];
