import type { Node } from "oxc-parser";
import { isAction } from "../knowledge/right-words.ts";
import { isRight, RIGHTS_OF, RIGHTS_OPTION } from "../knowledge/staff.ts";
import { isFunction } from "../syntax/is-function.ts";

/**
 * What a guard is told to ask for, as it stands in the source: `isAuthenticated(Permission.ADMIN)`,
 * `withWorkspace(handler, { requiredPermissions: ["write"] })`. The text of the right, or null.
 */
export function toldRight(call: Node, text: string): string | null {
  if (call.type !== "CallExpression") return null;
  for (const arg of call.arguments) if (!isFunction(arg) && isNamed(arg)) return text.slice(arg.start, arg.end);
  return resourceAndAction(call.arguments);
}

/** `checkAccess("teamMembers", "update")` */
function resourceAndAction([resource, action, ...more]: readonly Node[]): string | null {
  if (resource?.type !== "Literal" || action?.type !== "Literal" || more.length > 0) return null;
  if (typeof resource.value !== "string" || typeof action.value !== "string") return null;
  return /^\w+$/.test(resource.value) && isAction(action.value) ? `${resource.value}, ${action.value}` : null;
}

function isNamed(node: Node): boolean {
  switch (node.type) {
    case "Literal":
      return typeof node.value === "string" && isRight(node.value);
    case "ArrayExpression":
      return node.elements.some((one) => one !== null && isNamed(one));
    case "MemberExpression":
      return (
        (node.object.type === "Identifier" && RIGHTS_OF.test(node.object.name)) ||
        (node.object.type === "MemberExpression" && isNamed(node.object))
      );
    case "ObjectExpression":
      return node.properties.some(
        (one) => one.type === "Property" && one.key.type === "Identifier" && RIGHTS_OPTION.test(one.key.name),
      );
    default:
      return false;
  }
}
