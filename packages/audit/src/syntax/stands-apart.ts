import type { Node } from "oxc-parser";
import { walk } from "./walk.ts";

/** Whichever of the two runs, the other does not: they stand in different branches below `root`, or one has left before. */
export function standsApart(root: Node, one: Node, other: Node): boolean {
  for (const node of walk(root)) {
    if (!holds(node, one) && !holds(node, other)) continue;
    if (node.type === "IfStatement" || node.type === "ConditionalExpression") {
      const branches = node.alternate === null ? [node.consequent] : [node.consequent, node.alternate];
      const [ofOne, ofOther] = [one, other].map((inner) => branches.find((branch) => holds(branch, inner)));
      if (ofOne === ofOther) continue;
      if (ofOne !== undefined && ofOther !== undefined) return true;
      if (leaves(ofOne) || leaves(ofOther)) return true;
    }
    if (node.type === "SwitchStatement") {
      const [ofOne, ofOther] = [one, other].map((inner) => node.cases.find((branch) => holds(branch, inner)));
      if (ofOne === ofOther || ofOne === undefined || ofOther === undefined) continue;
      const first = ofOne.start < ofOther.start ? ofOne : ofOther;
      const from = node.cases.indexOf(first);
      const to = node.cases.indexOf(first === ofOne ? ofOther : ofOne);
      if (node.cases.slice(from, to).some(({ consequent }) => isLeft(lastOf(consequent)))) return true;
    }
  }
  return false;
}

function holds(outer: Node, inner: Node): boolean {
  return outer.start <= inner.start && inner.end <= outer.end;
}

/** A branch whose end nobody comes to. */
function leaves(branch: Node | undefined): boolean {
  if (branch === undefined) return false;
  return isLeft(branch.type === "BlockStatement" ? branch.body.at(-1) : branch);
}

/** `case "url": { …; break; }` */
function lastOf(statements: readonly Node[]): Node | undefined {
  const last = statements.at(-1);
  return last?.type === "BlockStatement" ? last.body.at(-1) : last;
}

function isLeft(node: Node | undefined): boolean {
  return node !== undefined && /^(?:Return|Throw|Continue|Break)Statement$/.test(node.type);
}
