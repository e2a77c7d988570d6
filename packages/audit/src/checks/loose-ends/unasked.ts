import type { Node } from "oxc-parser";
import { refuses } from "../../knowledge/refuses.ts";
import type { ProjectFile } from "../../project.ts";
import { unusedGuard, unusedTenant } from "../../rules/catalogue.ts";
import { isFunction } from "../../syntax/is-function.ts";
import { isNamedAgain } from "../../syntax/is-named-again.ts";
import { children } from "../../syntax/walk.ts";
import type { LooseEnd } from "./loose-end.ts";

const RIGHTS = /^(?:\w*Roles?|roles?|permissions?|isAdmin|isOwner|visibility)$/;
/** Where anything may be taken out of something by such a name: `const { role }`, `{ roles, team: teamId }`. */
const TAKES =
  /\b(?=\w)(?<=[{,]\s{0,200}(?:\w{1,80}\s{0,20}:\s{0,200})?)(?:\w*[rR]oles?|permissions?|isAdmin|isOwner|visibility|(?:org|organi[sz]ation|tenant|team|workspace|company|account|shop)(?:_id|Id))(?=\s*[,}=])|\bvisibility(?=\s*:)/g;
/** The same in a text where it is told from an object that is made: the syntax of most files is never asked for. */
const MAY_TAKE =
  /(?:\b(?:const|let)\s*\{[^{}]{0,1000}|[(,]\s*\{[^{}]{0,1000})\b(?:\w*[rR]oles?|permissions?|isAdmin|isOwner|visibility|(?:org|organi[sz]ation|tenant|team|workspace|company|account|shop)(?:_id|Id))\b[^{}]{0,1000}\}\s*(?::|=[^=>]|\)\s*(?:=>|:|\{))|\bvisibility\s*:/;

/** Roles and tenants that a function takes out of something and never names again. */
export function* unasked({ text, syntax }: ProjectFile): Generator<LooseEnd> {
  if (!MAY_TAKE.test(text)) return;
  for (const { index, 0: name } of text.matchAll(TAKES)) {
    const fn = takenIn(syntax.program, index);
    if (fn === null || isNamedAgain(fn.within, fn.node, name)) continue;
    yield RIGHTS.test(name)
      ? {
          rule: unusedGuard,
          node: fn.node,
          message: `${name} is read here, and nobody asks what it is: everybody may.`,
        }
      : {
          rule: unusedTenant,
          node: fn.node,
          message: `${name} is read here, and confines nothing that is done after it.`,
        };
  }
}

/** The name that stands there and the function it is bound in, where it is taken out of an object or told to a guard. */
function takenIn(program: Node, at: number): { readonly node: Node; readonly within: Node } | null {
  let within: Node | null = null;
  let pattern: Node | null = null;
  let above: Node = program;
  let node: Node | undefined = program;
  while (node !== undefined && node.type !== "Identifier") {
    if (isFunction(node)) {
      within = node;
      pattern = null;
    } else if (node.type === "ObjectPattern") {
      // The rest is kept: a field is left out of it on purpose.
      if (node.properties.some((one) => one.type === "RestElement")) return null;
      if (pattern === null && !(isFunction(above) || isBinding(above, node))) return null;
      pattern = node;
    } else if (pattern !== null && node.type !== "Property" && node.type !== "AssignmentPattern") return null;
    if (node.type !== "AssignmentPattern") above = node;
    const inner: Node[] = children(node);
    node = inner.findLast((child) => child.start <= at && at < child.end);
  }
  if (node === undefined || within === null || node.start !== at) return null;
  if (pattern !== null) return { node, within };
  const guards = isFunction(within) && within.id !== null && refuses(within.id.name) && above === within;
  return guards && within.id !== node ? { node, within } : null;
}

function isBinding(declarator: Node, pattern: Node): boolean {
  return declarator.type === "VariableDeclarator" && declarator.id === pattern && declarator.init !== null;
}
