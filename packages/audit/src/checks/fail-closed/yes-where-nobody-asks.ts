import type { Node } from "oxc-parser";
import { answersWhether } from "../../knowledge/answers-whether.ts";
import { calledName } from "../../syntax/called-name.ts";
import { isRefusal } from "../../syntax/is-refusal.ts";
import { unwrapped } from "../../syntax/unwrapped.ts";
import { walk } from "../../syntax/walk.ts";

/** One of these stands in every text of that kind. */
export const MAY_SAY_YES = /(?:\?\?|\|\|)[\s(]*true\b|\?\.\(|:\s*true\b/;
const OF_ACCESS = /access|permi|allow|authori[sz]|entitle|admin|owner|member|role|grant|can[A-Z_]/i;

/**
 * `const allowed = (await config.isAccessAllowed?.(context)) ?? true`, and whoever is not allowed is turned away: where
 * nothing was given that could be asked, everybody may.
 */
export function yesWhereNobodyAsks(program: Node): Node[] {
  const yes = new Map<string, Node>();
  const found: Node[] = [];
  for (const node of walk(program)) {
    if (node.type === "VariableDeclarator" && node.id.type === "Identifier" && node.init !== null) {
      const given = yesIn(node.init);
      if (given !== null) yes.set(node.id.name, given);
    }
    if (node.type !== "IfStatement" || !isRefusal(node.consequent)) continue;
    for (const no of negatedIn(node.test)) {
      const given = no.type === "Identifier" ? yes.get(no.name) : yesIn(no);
      if (given !== undefined && given !== null && !found.includes(given)) found.push(given);
    }
  }
  return found;
}

/** What a condition asks not to be so, of several that are joined. */
function negatedIn(test: Node): Node[] {
  const node = unwrapped(test);
  if (node.type === "LogicalExpression") return [...negatedIn(node.left), ...negatedIn(node.right)];
  return node.type === "UnaryExpression" && node.operator === "!" ? [unwrapped(node.argument)] : [];
}

/** Where the answer of a check is a yes because there is none to ask. */
function yesIn(given: Node): Node | null {
  const node = awaited(given);
  if (node.type === "LogicalExpression")
    return (node.operator === "??" || node.operator === "||") && isTrue(node.right) && asks(node.left) !== null
      ? node
      : null;
  if (node.type !== "ConditionalExpression") return null;
  // `session ? … : …`, either of which may say so; `config.isAllowed ? await config.isAllowed(context) : true`.
  const inside = yesIn(node.consequent) ?? yesIn(node.alternate);
  if (inside !== null) return inside;
  const asked = asks(node.consequent);
  return asked !== null && isTrue(node.alternate) && nameOf(node.test) === asked ? node : null;
}

/** The name of what is asked whether somebody may. */
function asks(given: Node): string | null {
  const node = awaited(given);
  const name = calledName(node);
  return OF_ACCESS.test(name) && answersWhether(name) ? name : null;
}

function awaited(given: Node): Node {
  const node = unwrapped(given);
  if (node.type === "AwaitExpression") return awaited(node.argument);
  return node.type === "ChainExpression" ? awaited(node.expression) : node;
}

function isTrue(given: Node): boolean {
  const node = unwrapped(given);
  return node.type === "Literal" && node.value === true;
}

function nameOf(given: Node): string {
  const node = awaited(given);
  if (node.type === "Identifier") return node.name;
  return node.type === "MemberExpression" && node.property.type === "Identifier" ? node.property.name : "";
}
