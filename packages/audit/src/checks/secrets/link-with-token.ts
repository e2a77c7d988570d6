import { snake } from "../../knowledge/names.ts";
import type { Node } from "oxc-parser";
import { walk } from "../../syntax/walk.ts";
import type { Value } from "../../values/value.ts";
import { calledIn } from "./secret-names.ts";

/** What a link's last word says that whoever follows it may do as somebody. */
const OPENS =
  /(?:reset|recover\w{0,20}|verif\w{0,20}|confirm\w*|magic|invit\w{0,20}|activat\w{0,20}|sign-?in|log-?in|password|accept|join|claim)\b[^?]{0,40}(?:[?&][\w-]+=|\/)$|[?&](?:\w*token|code|otp|key|t)=$/i;
const NAMED =
  /^(?:\w*_)?(?:(?:password_?)?reset|recovery|magic|verif(?:y|ication)|confirm(?:ation)?|activation|invit(?:e|ation)|sign_?in|log_?in)_?(?:link|url|uri)$/i;

/** What is told before a token: `token: `, `your code is `. */
const TOLD =
  /(?:\btoken|\botp|\bpass(?:word|code)|\b(?:reset|verification|login|one-time|access|invite|recovery)[ _-]code|\bpin)(?: is)?[\s:="'(]{0,4}$/i;
/** Under what name a token is written down beside others. */
const KEPT_AS =
  /^(?:(?!(?:\w*_)?(?:csrf|xsrf|request|trace|correlation|idempotency|cancel\w*|page|next|cursor|lock|job|device|push|share|public)_)\w*_)?(?:token|otp|passcode|password|pass_?phrase)$|^(?:reset|verification|verify|login|one_?time|invite|invitation|recovery|magic|confirmation)_(?:code|key|link|url)$/i;

/** Made on the spot, by chance. */
function isFresh(value: Value): boolean {
  return value.k !== "rows" && isMade(value);
}

/** `${base}/reset/${token}` written out: whoever reads it before it is used signs in with it. */
export function linkIn(value: Value, depth = 0): string | null {
  if (depth > 6) return null;
  switch (value.k) {
    case "chain":
      return stringified(value);
    case "derived": {
      if (value.op === "url" || value.op === "string") return queryIn(value.args, depth);
      if (value.op !== "template" && value.op !== "+") return null;
      const parts = partsOf(value);
      for (const [at, part] of parts.entries()) {
        const before = parts[at - 1];
        if (before?.k !== "literal") continue;
        if (OPENS.test(String(before.value)) && isMade(part)) return "a link with its one-time token";
        if (TOLD.test(String(before.value)) && isFresh(part)) return "a one-time token";
      }
      return (
        parts.map((part) => (part === value ? null : linkIn(part, depth + 1))).find((found) => found !== null) ?? null
      );
    }
    case "struct":
      for (const [name, one] of value.props) if (KEPT_AS.test(snake(name)) && isFresh(one)) return name;
      return [...value.props.values()].map((one) => linkIn(one, depth + 1)).find((found) => found !== null) ?? null;
    case "list":
      return value.items.map((one) => linkIn(one, depth + 1)).find((found) => found !== null) ?? null;
    default:
      return null;
  }
}

/** `qs.stringify({ email, token })` */
function stringified(value: Extract<Value, { k: "chain" }>): string | null {
  const last = value.steps.at(-1);
  return last?.kind === "call" && /^(?:stringify|encode|build)$/.test(calledIn(value)) ? queryIn(last.args, 0) : null;
}

/** `new URLSearchParams({ email, token })`: what stands behind the question mark is written out with it. */
function queryIn(args: readonly Value[], depth: number): string | null {
  for (const arg of args) {
    if (arg.k !== "struct") {
      const found = linkIn(arg, depth + 1);
      if (found !== null) return found;
      continue;
    }
    for (const [name, one] of arg.props)
      if (KEPT_AS.test(snake(name)) && isMade(one)) return "a link with its one-time token";
  }
  return null;
}

/** `link` of `link.searchParams.set("token", …)`: what is written of a link that a token was put into by then. */
export function linkPutTogether(node: Node, around: Node | undefined): string | null {
  const name = linkNamed(node);
  if (name === null || around === undefined) return null;
  for (const one of walk(around)) {
    if (one.start >= node.start || one.type !== "CallExpression" || one.callee.type !== "MemberExpression") continue;
    const { object, property } = one.callee;
    const [key, made] = one.arguments;
    if (
      property.type === "Identifier" &&
      /^(?:set|append)$/.test(property.name) &&
      key?.type === "Literal" &&
      typeof key.value === "string" &&
      KEPT_AS.test(snake(key.value)) &&
      made !== undefined &&
      made.type !== "Literal" &&
      (nameOf(object) === name ||
        (object.type === "MemberExpression" &&
          object.property.type === "Identifier" &&
          object.property.name === "searchParams" &&
          nameOf(object.object) === name))
    )
      return "a link with its one-time token";
  }
  return null;
}

/** `link`, `link.href`, `String(link)`, `${link}`, `{ link: link.toString() }` */
function linkNamed(node: Node): string | null {
  switch (node.type) {
    case "Identifier":
      return node.name;
    case "MemberExpression":
      return node.property.type === "Identifier" && node.property.name === "href" ? nameOf(node.object) : null;
    case "CallExpression":
      if (node.callee.type === "Identifier" && node.callee.name === "String")
        return node.arguments[0] === undefined ? null : nameOf(node.arguments[0]);
      return node.callee.type === "MemberExpression" &&
        node.callee.property.type === "Identifier" &&
        node.callee.property.name === "toString"
        ? nameOf(node.callee.object)
        : null;
    case "TemplateLiteral":
      return node.expressions.map(linkNamed).find((found) => found !== null) ?? null;
    case "ObjectExpression":
      return (
        node.properties
          .map((one) => (one.type === "Property" ? linkNamed(one.value) : null))
          .find((found) => found !== null) ?? null
      );
    default:
      return null;
  }
}

function nameOf(node: Node): string | null {
  return node.type === "Identifier" ? node.name : null;
}

/** `resetLink`, `{ url: inviteUrl }`: by its name, wherever it was put together. */
export function namedLink(node: Node): string | null {
  switch (node.type) {
    case "Identifier":
      return NAMED.test(snake(node.name)) ? node.name : null;
    case "TemplateLiteral":
      return node.expressions.map(namedLink).find((found) => found !== null) ?? null;
    case "BinaryExpression":
      return node.operator === "+" ? (namedLink(node.left) ?? namedLink(node.right)) : null;
    case "ObjectExpression":
      return (
        node.properties
          .map((one) => (one.type === "Property" ? namedLink(one.value) : null))
          .find((found) => found !== null) ?? null
      );
    default:
      return null;
  }
}

/** `tokens.issue…Token(user)`, `manager.createResetPassword(id)`: what comes of it is given once. */
const MAKES =
  /^(?:create|generate|gen|make|issue|mint|new|sign|build|request|start|begin)(?!\w*(?:Hash|Digest|Id)$)\w*(?:Token|Otp|OTP|Nonce|Code|Secret|Reset|Recovery|(?:Reset|Forgot|Recover)Password|PasswordReset|Verification|Invite|Invitation|MagicLink|Jwt|JWT)$/;

const MAX_PARTS = 200;

/** What a text is put together of: not more than anybody writes, since `s = s + s` doubles it. */
function partsOf(value: Value): readonly Value[] {
  const parts: Value[] = [];
  const open = [value];
  for (let one = open.pop(); one !== undefined && parts.length < MAX_PARTS; one = open.pop()) {
    if (one.k === "derived" && (one.op === "template" || one.op === "+")) open.push(...one.args.toReversed());
    else parts.push(one);
  }
  return parts;
}

/** Made just now, or kept to be compared with. */
function isMade(value: Value): boolean {
  switch (value.k) {
    case "derived":
      return (
        /^(?:random|token)$/.test(value.op) || (/^(?:string|encoded|bytes)$/.test(value.op) && value.args.some(isMade))
      );
    case "rows":
      return /token$|code$|otp$/i.test(value.path);
    case "chain":
      return (
        (value.root.k === "foreign" && /(?:token|otp|nonce|random|code)$/i.test(value.root.name)) ||
        (value.steps.at(-1)?.kind === "call" && MAKES.test(calledIn(value)))
      );
    case "pending":
      return isMade(value.value);
    case "choice":
      return value.alternatives.some((one) => isMade(one.value));
    default:
      return false;
  }
}
