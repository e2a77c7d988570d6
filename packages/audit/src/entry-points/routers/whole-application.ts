import type { Node } from "oxc-parser";
import type { ProjectFile } from "../../project.ts";
import { walk } from "../../syntax/walk.ts";

/** Functions that take an application and put nothing on its requests. */
const SERVES =
  /^(?:use|route|register|mount|listen|serve|createServer|createSecureServer|createAdaptorServer|handle|request|supertest|serverless|Server|log|info|ready|getRequestListener|fire|createServerlessHandler)$/;

const kept = new WeakMap<ProjectFile, Map<string, boolean>>();

/** Is the router, wherever it is made, seen with all its middleware: not handed to code that may add some? */
export function keptHere(file: ProjectFile, name: string): boolean {
  const known = kept.get(file) ?? new Map<string, boolean>();
  kept.set(file, known);
  const before = known.get(name);
  if (before !== undefined) return before;
  const found = isKept(file, name);
  known.set(name, found);
  return found;
}

function isKept(file: ProjectFile, name: string): boolean {
  if (name.startsWith("this.")) return false;
  for (const node of walk(file.syntax.program)) {
    if (node.type !== "CallExpression" && node.type !== "NewExpression") continue;
    if (!node.arguments.some((arg) => arg.type === "Identifier" && arg.name === name)) continue;
    if (!SERVES.test(lastName(node.callee))) return false;
  }
  return true;
}

/** Is it an application of its own (`express()`; a Hono called `app` that mounts others), and no router somebody mounts? */
export function isMadeHere(file: ProjectFile, name: string, mounts: boolean): boolean {
  for (const node of walk(file.syntax.program)) {
    if (node.type === "VariableDeclarator" && node.id.type === "Identifier" && node.id.name === name)
      return node.init !== null && (makesApplication(node.init) || (mounts && name === "app" && makesHono(node.init)));
  }
  return false;
}

function makesApplication(node: Node): boolean {
  switch (node.type) {
    case "CallExpression":
      return node.callee.type === "MemberExpression"
        ? makesApplication(node.callee.object)
        : /^(?:express|fastify)$/i.test(lastName(node.callee));
    case "AwaitExpression":
      return makesApplication(node.argument);
    case "TSAsExpression":
      return makesApplication(node.expression);
    default:
      return false;
  }
}

function makesHono(node: Node): boolean {
  if (node.type === "CallExpression") return node.callee.type === "MemberExpression" && makesHono(node.callee.object);
  return node.type === "NewExpression" && /^(?:Hono|OpenAPIHono)$/.test(lastName(node.callee));
}

function lastName(node: Node): string {
  if (node.type === "Identifier") return node.name;
  return node.type === "MemberExpression" && node.property.type === "Identifier" ? node.property.name : "";
}
