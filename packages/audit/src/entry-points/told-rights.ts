import type { Node } from "oxc-parser";
import { isAction } from "../knowledge/right-words.ts";
import { isRight, RIGHTS_OF, RIGHTS_OPTION } from "../knowledge/staff.ts";
import { calledName } from "../syntax/called-name.ts";
import { isFunction } from "../syntax/is-function.ts";

/**
 * What a guard is told to ask for, as it stands in the source: `isAuthenticated(Permission.ADMIN)`,
 * `withWorkspace(handler, { requiredPermissions: ["write"] })`. The text of the right, or null.
 */
export function toldRight(call: Node, text: string): string | null {
  // `viewTemplate("partials/links/edit")`: a page, and no right.
  if (call.type !== "CallExpression" || /template|render|layout|partial|page(?![a-z])/i.test(calledName(call)))
    return null;
  for (const arg of call.arguments) if (!isFunction(arg) && isNamed(arg)) return text.slice(arg.start, arg.end);
  return resourceAndAction(call.arguments);
}

/**
 * `this.accessible(req, "workflow:execute")`, `authorize(user, "read", document)`: what may be done is asked of the caller,
 * by whatever name. The text of the right, or null.
 */
export function rightOfCaller(call: Node, text: string): string | null {
  if (call.type !== "CallExpression" || TELLS.test(calledName(call))) return null;
  if (!call.arguments.some((arg) => CALLER.test(text.slice(arg.start, arg.end)))) return null;
  return toldRight(call, text);
}
const CALLER =
  /^(?:this\.)?(?:c|ctx|context|_?req|_?request|event|session|user|current_?user|me|my|actor|viewer|caller|principal|auth|member|membership|account|identity)(?:[?!]?\.(?:user|session|auth|me|member|membership|principal|account|state|locals|var|id|user_?id|sub))*$/i;
/** That it was done is told to others, under a name that reads like a right. */
const TELLS =
  /^(?:emit|publish|dispatch|notify|track|capture|record|log\w*|debug|info|warn|audit\w*|send|enqueue|add|t)$/;

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
