import type { Node } from "oxc-parser";
import { closureOf } from "../interpret/closure.ts";
import { moduleScope } from "../interpret/module-value.ts";
import type { ProjectFile } from "../project.ts";
import { isFunction } from "../syntax/is-function.ts";
import { walk } from "../syntax/walk.ts";
import { struct, UNDEFINED, type FunctionNode, type Value } from "../values/value.ts";
import type { EntryPoint } from "./entry-point.ts";
import { followHandler, REQUEST, WRITER } from "./follow-handler.ts";

/** Without one of these, no walk of the file would find any. */
const REGISTERED = /\.\s*(?:onError|setErrorHandler)\b|errorFormatter|@Catch\b/;
const AROUND = /\b(?:c|ctx|context)\b[^)\n]{0,80},\s*next\b[^]{0,400}?await next\(\)[^]{0,400}?\bcatch\s*\(/;
const TAKES_RESPONSE =
  /\b_?e(?:rr(?:or)?|x(?:ception)?)?\s*\??\s*[,:][^]{0,400}?[,/\s]_?res\w*\s*\??\s*[,:][^]{0,400}?[,/\s][\w${[]/;

/** Where a framework turns an exception into an answer: what is written there is sent for every failure. */
export function errorHandlerEntryPoints(file: ProjectFile): EntryPoint[] {
  if (!/onError|setErrorHandler|errorFormatter|@Catch\b|\berr(?:or)?\s*[,:]|await next\(/.test(file.text)) return [];
  if (!REGISTERED.test(file.text) && !TAKES_RESPONSE.test(file.text) && !AROUND.test(file.text)) return [];
  const found: EntryPoint[] = [];
  for (const node of walk(file.syntax.program)) {
    if (isFunction(node) && isExpressStyle(node))
      found.push(entry(file, node, (caught) => [caught, REQUEST, WRITER, REQUEST]));
    else if (isFunction(node) && isAround(node)) found.push(entry(file, node, () => [REQUEST, NEXT]));
    else if (
      node.type === "CallExpression" &&
      node.callee.type === "MemberExpression" &&
      node.callee.property.type === "Identifier"
    ) {
      const { name } = node.callee.property;
      const [first] = node.arguments;
      if (first === undefined || !isFunction(first)) continue;
      if (name === "onError") found.push(entry(file, first, (caught) => [caught, REQUEST]));
      else if (name === "setErrorHandler") found.push(entry(file, first, (caught) => [caught, REQUEST, WRITER]));
    } else if (
      node.type === "Property" &&
      node.key.type === "Identifier" &&
      node.key.name === "errorFormatter" &&
      isFunction(node.value)
    ) {
      found.push(entry(file, node.value, (caught) => [struct({ error: caught, shape: REQUEST })]));
    } else if (
      node.type === "ClassDeclaration" &&
      node.decorators.some((one) => file.text.slice(one.start, one.end).startsWith("@Catch"))
    ) {
      for (const member of node.body.body) {
        if (
          member.type === "MethodDefinition" &&
          member.key.type === "Identifier" &&
          member.key.name === "catch" &&
          isFunction(member.value)
        ) {
          found.push(entry(file, member.value, (caught) => [caught, REQUEST]));
        }
      }
    }
  }
  return found;
}

/** `(err, req, res, next)`: four parameters make it an error handler (Express). */
function isExpressStyle(node: FunctionNode): boolean {
  const [first, , third] = node.params;
  return (
    node.params.length === 4 &&
    first?.type === "Identifier" &&
    /^_?e(?:rr(?:or)?|x(?:ception)?)?$/.test(first.name) &&
    third?.type === "Identifier" &&
    /^_?res/.test(third.name)
  );
}

const NEXT: Value = { k: "continuation", run: () => UNDEFINED };

/** `async (ctx, next) => { try { await next(); } catch (error) { ctx.body = … } }`: around all that follows (Koa). */
function isAround(node: FunctionNode): boolean {
  const [context, next, ...more] = node.params;
  if (context?.type !== "Identifier" || next?.type !== "Identifier" || more.length > 0) return false;
  if (!/^(?:c|ctx|context)$/.test(context.name) || next.name !== "next" || node.body?.type !== "BlockStatement")
    return false;
  return node.body.body.some(
    (one) =>
      one.type === "TryStatement" &&
      one.handler !== null &&
      one.handler.param !== null &&
      one.block.body.some((inner) => inner.type === "ExpressionStatement" && isNext(inner.expression)),
  );
}

function isNext(node: Node): boolean {
  if (node.type === "AwaitExpression") return isNext(node.argument);
  return node.type === "CallExpression" && node.callee.type === "Identifier" && node.callee.name === "next";
}

function entry(file: ProjectFile, fn: FunctionNode, args: (caught: Value) => Value[]): EntryPoint {
  return {
    kind: "error-handler",
    framework: "",
    name: "error handler",
    method: null,
    path: null,
    file: file.path,
    node: fn,
    follow(machine) {
      const place = { file: file.path, node: fn as Node };
      followHandler(
        machine,
        closureOf(fn, moduleScope(machine, file.path), "errorHandler"),
        args({ k: "caught", path: "", place }),
        place,
      );
    },
  };
}
