import type { Node } from "oxc-parser";
import { mayRefuse, refuses } from "../../knowledge/refuses.ts";
import type { ProjectFile } from "../../project.ts";
import { ignoredCheck } from "../../rules/catalogue.ts";
import type { Rule } from "../../rules/rule.ts";
import { isFunction } from "../../syntax/is-function.ts";
import { walk } from "../../syntax/walk.ts";

/** A guard's function that is told how to go on. */
const MAY_GO_ON = /\bnext\s*\(/;

/** Middleware that is called a guard, and does nothing but go on. */
export function idleGuards({
  text,
  syntax,
}: ProjectFile): { readonly rule: Rule; readonly node: Node; readonly message: string }[] {
  if (!MAY_GO_ON.test(text) || !mayRefuse(text)) return [];
  const found: { rule: Rule; node: Node; message: string }[] = [];
  for (const statement of syntax.program.body) {
    const declared =
      statement.type === "ExportNamedDeclaration" && statement.declaration !== null ? statement.declaration : statement;
    const named: (readonly [Node | null, Node | null])[] =
      declared.type === "FunctionDeclaration"
        ? [[declared.id, declared]]
        : declared.type === "VariableDeclaration"
          ? declared.declarations.map(({ id, init }) => [id, init])
          : [];
    for (const [id, held] of named) {
      if (id?.type !== "Identifier" || held === null || !refuses(id.name)) continue;
      if (onlyGoesOn(held))
        found.push({
          rule: ignoredCheck,
          node: id,
          message: `${id.name} goes on whatever is asked of it: it turns nobody away.`,
        });
    }
  }
  return found;
}

/** Some function in it calls `next`, and nothing in it decides, throws, answers, or calls anything else. */
function onlyGoesOn(held: Node): boolean {
  let goesOn = false;
  for (const node of walk(held)) {
    switch (node.type) {
      case "IfStatement":
      case "ConditionalExpression":
      case "LogicalExpression":
      case "SwitchStatement":
      case "ThrowStatement":
      case "NewExpression":
        return false;
      case "CallExpression":
        if (node === held || node.arguments.some((arg) => isFunction(arg))) break; // what makes middleware of it
        if (node.callee.type === "Identifier" && node.callee.name === "next" && node.arguments.length === 0)
          goesOn = true;
        else if (!isLog(node.callee)) return false;
        break;
      default:
    }
  }
  return goesOn;
}

function isLog(callee: Node): boolean {
  return (
    callee.type === "MemberExpression" &&
    callee.object.type === "Identifier" &&
    /^(?:console|log|logger)$/.test(callee.object.name)
  );
}
