import type { Node } from "oxc-parser";

/** A text that says of what comes after it that it is somebody's way in. */
const LABEL =
  /(?:reset|password|verif\w*|access|refresh|auth\w*|session|api|invit\w*|magic|log_?in|sign_?in|one[- ]?time|otp|activation|confirm\w*|bearer|jwt|recovery|signing|webhook)[\w -]{0,20}(?:token|code|secret|key|link|password|otp|pin)\s*(?:is|[:=])+\s*["'`]?$|(?:^|[\s,(])(?:password|passphrase|otp)\s*(?:is|[:=])+\s*["'`]?$/i;
const NO_SECRET = /csrf|push|device|public|invalid|expired|unknown|bad|wrong|missing|unexpected|hashed|masked|status/i;
/** What it is called where it stands: no part, mark or length of it. */
const WHOLE =
  /^(?!(?:has|is|needs?|should|wants?|uses?|was|can|with|without)[A-Z_])\w*(?:[tT]oken|[sS]ecret|[pP]assword|[pP]assphrase|[oO]tp|OTP|[cC]ode|[pP]in|PIN|[kK]ey|[lL]ink|TOKEN|SECRET|PASSWORD|KEY)s?$/;

/** `logger.info(`Reset password token: ${token.toString()}`)`: the log says itself what it writes down. */
export function loggedByItsLabel(call: Node): string | null {
  if (call.type !== "CallExpression") return null;
  for (const [at, arg] of call.arguments.entries()) {
    if (arg.type === "TemplateLiteral")
      for (const [nth, expression] of arg.expressions.entries()) {
        const found = named(arg.quasis[nth]?.value.raw ?? "", expression);
        if (found !== null) return found;
      }
    const next = call.arguments[at + 1];
    if (arg.type === "Literal" && typeof arg.value === "string" && next !== undefined) {
      const found = named(`${arg.value.trimEnd().replace(/:?$/, ":")} `, next);
      if (found !== null) return found;
    }
    if (arg.type === "BinaryExpression" && arg.operator === "+" && arg.left.type === "Literal") {
      const found = named(String(arg.left.value), arg.right);
      if (found !== null) return found;
    }
  }
  return null;
}

function named(label: string, value: Node): string | null {
  if (!LABEL.test(label) || NO_SECRET.test(label.slice(-60))) return null;
  const name = nameOf(value);
  return name !== null && WHOLE.test(name) && !NO_SECRET.test(name) ? name : null;
}

/** `token`, `token.toString()`, `String(token)`, `user.resetToken`. */
function nameOf(node: Node): string | null {
  switch (node.type) {
    case "Identifier":
      return node.name;
    case "TSNonNullExpression":
    case "TSAsExpression":
      return nameOf(node.expression);
    case "MemberExpression":
      return node.property.type === "Identifier"
        ? /^(?:value|id|raw|data)$/.test(node.property.name)
          ? null
          : node.property.name
        : null;
    case "CallExpression": {
      const [only] = node.arguments;
      if (
        node.callee.type === "MemberExpression" &&
        node.callee.property.type === "Identifier" &&
        /^(?:toString|valueOf)$/.test(node.callee.property.name)
      )
        return nameOf(node.callee.object);
      return node.callee.type === "Identifier" && node.callee.name === "String" && only !== undefined
        ? nameOf(only)
        : null;
    }
    default:
      return null;
  }
}
