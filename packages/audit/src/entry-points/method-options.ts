import type { Node } from "oxc-parser";
import { exportedValue } from "../interpret/module-value.ts";
import type { ProjectFile } from "../project.ts";
import { isFunction } from "../syntax/is-function.ts";
import { type ObjectNode, propertyOf } from "../syntax/object-fields.ts";
import { unwrapped } from "../syntax/unwrapped.ts";
import { opaque, UNDEFINED } from "../values/value.ts";
import type { EntryPoint } from "./entry-point.ts";
import { followHandler, REQUEST, WRITER } from "./follow-handler.ts";
import { followMiddleware } from "./follow-middleware.ts";
import { declarationOf } from "./next.ts";
import { fromOptions } from "./routers/router-entry-points.ts";

const METHODS = /^(?:get|post|put|patch|delete|del)$/i;
const MAY_DECLARE = /\bhandler\b/;
const IN_ROUTES = /(?:^|\/)(?:routes|api|endpoints)\/(.*?)(?:\/index)?\.[cm]?[jt]s$/;

/**
 * Routes of Fastify that are loaded by where their files stand: a file exports what to register for each method,
 * `exports.delete = (fastify) => ({ onRequest: [fastify.authenticate], handler: async (req, res) => {} })`.
 */
export function methodOptionsEntryPoints(file: ProjectFile): EntryPoint[] {
  const inside = IN_ROUTES.exec(file.path)?.[1];
  if (inside === undefined || !MAY_DECLARE.test(file.text)) return [];
  const path = `/${inside.replace(/\[(\w+)\]/g, ":$1")}`;
  return [...file.module.exports.keys()].flatMap((name) => {
    if (!METHODS.test(name)) return [];
    const node = declarationOf(file, name);
    const options = optionsIn(node);
    return options === null || propertyOf(options, "handler") === undefined ? [] : [entryOf(file, name, path, node)];
  });
}

function entryOf(file: ProjectFile, name: string, path: string, node: Node): EntryPoint {
  const method = name.toUpperCase().replace(/^DEL$/, "DELETE");
  return {
    kind: "route",
    framework: "fastify",
    name: `${method} ${path}`,
    method,
    path,
    file: file.path,
    node,
    follow(machine) {
      const place = { file: file.path, node };
      machine.learn("unmounted", { sure: true, place, why: "what loads this route is not in the tree" });
      const exported = exportedValue(machine, file.path, name);
      if (exported === null) return;
      const options = exported.k === "closure" ? machine.invoke(exported, [opaque("fastify")], place) : exported;
      const handlers = fromOptions(options);
      const [only, ...more] = handlers;
      if (only === undefined || options.k !== "struct") return;
      if (more.length === 0) return followHandler(machine, only, [REQUEST, WRITER], place);
      const run = (): typeof UNDEFINED => {
        followMiddleware(machine, handlers, [REQUEST, WRITER], place);
        return UNDEFINED;
      };
      followHandler(machine, { k: "continuation", run }, [], place);
    },
  };
}

/** The object itself, or what a function that is handed the server answers. */
function optionsIn(node: Node): ObjectNode | null {
  if (node.type === "VariableDeclarator") return node.init === null ? null : optionsIn(node.init);
  if (node.type === "AssignmentExpression") return optionsIn(node.right);
  const value = unwrapped(node);
  if (value.type === "ObjectExpression") return value;
  if (!isFunction(value) || value.body === null || value.body === undefined) return null;
  if (value.body.type !== "BlockStatement") return optionsIn(value.body);
  const last = value.body.body.at(-1);
  return last?.type === "ReturnStatement" && last.argument !== null ? optionsIn(last.argument) : null;
}
