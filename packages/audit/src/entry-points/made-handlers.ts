import type { Node } from "oxc-parser";
import { aside } from "../interpret/module-value.ts";
import type { ProjectFile } from "../project.ts";
import { keyName } from "../syntax/object-fields.ts";
import type { FunctionNode } from "../values/value.ts";
import type { EntryPoint } from "./entry-point.ts";
import {
  calledThere,
  functionIn,
  handedOut,
  isHandler,
  isWebStyle,
  mayHandle,
  nameOfParameter,
  takesRequest,
  wrappedIn,
} from "./handlers.ts";
import { scopeAround } from "./routers/scope-around.ts";
import { unmountedHandler } from "./unmounted-handler.ts";

/** `(Model) => …`, `(modelName) => …`: it is made for any rows. */
const STANDS_FOR_ROWS =
  /^(?:\w*[mM]odel(?:Name)?|[eE]ntity(?:Name|Class)?|[cC]ollection(?:Name)?|[rR]esource(?:Name)?|[tT]able(?:Name)?|[rR]epository)$/;

interface Made {
  readonly name: string;
  /** Where it is declared, and what stands for it at the end. */
  readonly node: Node;
  readonly value: Node;
  readonly fn: FunctionNode;
}

/**
 * Handlers that a function makes of what it is handed, and hands out: `createNotes = (Note) => ({ remove: async (req,
 * res) => … })`, `deleteOne = (Model) => wrap(async (req, res) => …)`. What calls it stands elsewhere.
 */
export function madeHandlerEntryPoints(file: ProjectFile): EntryPoint[] {
  if (!mayHandle(file)) return [];
  const found: EntryPoint[] = [];
  const seen = new Set<Node>();
  for (const name of file.module.exports.keys()) {
    const maker = functionIn(handedOut(file, name));
    if (maker === null || seen.has(maker) || maker.async || takesRequest(maker)) continue;
    seen.add(maker);
    const end = returnedBy(maker);
    if (end === null) continue;
    for (const one of madeIn(maker, end, calledThere(file, name)))
      if (takesRequest(one.fn) && !isWebStyle(one.fn) && isHandler(one.name, one.fn))
        found.push(entryOf(file, maker, end, one));
  }
  return found;
}

/** What a function answers at its end. */
function returnedBy({ body }: FunctionNode): Node | null {
  if (body === null) return null;
  if (body.type !== "BlockStatement") return body.type === "ParenthesizedExpression" ? body.expression : body;
  const last = body.body.at(-1);
  return last?.type === "ReturnStatement" ? last.argument : null;
}

function madeIn(maker: FunctionNode, end: Node, name: string): readonly Made[] {
  if (end.type !== "ObjectExpression") {
    const fn = functionIn(end) ?? wrappedIn(end);
    return fn === null ? [] : [{ name, node: fn, value: end, fn }];
  }
  return end.properties.flatMap((one) => {
    if (one.type !== "Property") return [];
    const node = one.value.type === "Identifier" ? declaredIn(maker, one.value.name) : one;
    const fn = node === null ? null : (functionIn(node) ?? wrappedIn(node.type === "Property" ? node.value : node));
    return node === null || fn === null ? [] : [{ name: keyName(one.key), node, value: one.value, fn }];
  });
}

/** `const remove = …` or `function remove() {}` at the top of the function's own body. */
function declaredIn({ body }: FunctionNode, name: string): Node | null {
  for (const statement of body?.type === "BlockStatement" ? body.body : []) {
    if (statement.type === "FunctionDeclaration" && statement.id?.name === name) return statement;
    if (statement.type !== "VariableDeclaration") continue;
    for (const one of statement.declarations) if (one.id.type === "Identifier" && one.id.name === name) return one;
  }
  return null;
}

function entryOf(file: ProjectFile, maker: FunctionNode, end: Node, { name, node, value, fn }: Made): EntryPoint {
  return unmountedHandler({ file: file.path, name, node, body: fn }, (machine, place) => {
    if (maker.params.some((one) => STANDS_FOR_ROWS.test(nameOfParameter(one))))
      machine.learn("opaque:scope", { sure: false, place, why: "which rows it is made for is said elsewhere" });
    return aside(machine, () => machine.evaluate(value, scopeAround(machine, { file, node: end, around: [maker] })));
  });
}
