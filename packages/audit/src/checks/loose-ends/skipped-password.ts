import type { Node } from "oxc-parser";
import type { ProjectFile } from "../../project.ts";
import { skippedPassword } from "../../rules/catalogue.ts";
import { isFunction } from "../../syntax/is-function.ts";
import { walk, walkOwn } from "../../syntax/walk.ts";
import type { LooseEnd } from "./loose-end.ts";

const SIGNS_IN = /\bCredentials(?:Provider)?\s*\(|\bLocalStrategy\b|\bStrategy\s*\(/;
/** What may compare, or ask another who can. */
const COMPARES =
  /compare|verif|check|match|validate|authenticat|sign_?in|log_?in|isPassword|isValid|isCorrect|equal|argon|bcrypt|scrypt|hash|digest|fetch|axios|\bpost\b|request|bind|ldap|otp|token|magic/i;
const FINDS = /\b(?:find\w*|get\w*|select|query|first|one)\s*\(/;

/** Signing in by a password which nobody compares, or which the client decides to have compared. */
export function skippedPasswords({ text, syntax }: ProjectFile): LooseEnd[] {
  if (!/password/i.test(text) || !SIGNS_IN.test(text)) return [];
  const found: LooseEnd[] = [];
  for (const node of walk(syntax.program)) {
    const fn = signInFunction(node, text);
    if (fn === null || !isFunction(fn) || fn.body?.type !== "BlockStatement") continue;
    const said = text.slice(fn.body.start, fn.body.end);
    if (!FINDS.test(said)) continue;
    const comparisons = [...walk(fn.body)].filter((one) => isComparison(one, text));
    if (comparisons.length === 0) {
      if (!COMPARES.test(said) && endsWell(fn, -1))
        found.push({
          rule: skippedPassword,
          node: fn,
          message: "An account is answered, and its password was never compared.",
        });
      continue;
    }
    const skips = skipsIn(fn, text);
    const [first] = comparisons;
    const skip = first === undefined ? undefined : skips.find((one) => holds(one, first));
    if (skip !== undefined && comparisons.every((one) => skips.some((each) => holds(each, one))))
      found.push({
        rule: skippedPassword,
        node: skip.decides,
        message: `Whether the password is compared is decided by ${skip.asked}, which the client sends.`,
      });
  }
  return found;
}

/** `Credentials({ authorize })`, `new LocalStrategy(options, verify)`. */
function signInFunction(node: Node, text: string): Node | null {
  if (node.type !== "CallExpression" && node.type !== "NewExpression") return null;
  const name = text.slice(node.callee.start, node.callee.end);
  if (/^(?:\w+\.)?Credentials(?:Provider)?(?:\.default)?$/.test(name)) {
    const [options] = node.arguments;
    if (options?.type !== "ObjectExpression") return null;
    for (const one of options.properties)
      if (one.type === "Property" && one.key.type === "Identifier" && one.key.name === "authorize") return one.value;
    return null;
  }
  return /^(?:\w+\.)?Local(?:Strategy)?$/.test(name) || (name.endsWith(".Strategy") && /local/i.test(name))
    ? (node.arguments.find(isFunction) ?? null)
    : null;
}

function isComparison(node: Node, text: string): boolean {
  if (node.type === "CallExpression") {
    const callee = lastOf(node.callee, text);
    return (
      COMPARES.test(callee) &&
      // `isPasswordValid(credentials.password, false, true)`: of its strength alone.
      (node.arguments.length < 2 || node.arguments.filter(({ type }) => type !== "Literal").length > 1) &&
      node.arguments.some((arg) =>
        /passw|\bpwd\b|^credentials$|\.\.\.credentials\b/i.test(text.slice(arg.start, arg.end)),
      )
    );
  }
  return (
    node.type === "BinaryExpression" &&
    /^[!=]==?$/.test(node.operator) &&
    node.right.type !== "Literal" &&
    /passw|hash/i.test(lastOf(node, text)) &&
    !/\b(?:undefined|null)\b/.test(text.slice(node.right.start, node.right.end))
  );
}

/** What is said last: of a chain of ever more links each holds all that stand before it. */
function lastOf({ start, end }: Node, text: string): string {
  return text.slice(Math.max(start, end - 1_000), end);
}

/** What is only run where the client has sent something. */
interface Skip {
  readonly asked: string;
  readonly decides: Node;
  readonly start: number;
  readonly end: number;
}

const MAX_SKIPS = 50;

/** Where something of the client's decides what is run, and the function goes on without it; none within another. */
function skipsIn(fn: Node, text: string): readonly Skip[] {
  if (!isFunction(fn) || fn.body === null) return [];
  const [first] = fn.params;
  const sent = first?.type === "Identifier" ? first.name : null;
  const found: Skip[] = [];
  if (sent === null) return found;
  let looked = 0;
  for (const node of walkOwn(fn.body)) {
    if (node.type !== "IfStatement" || node.alternate !== null) continue;
    const { test, consequent } = node;
    if (consequent.end <= (found.at(-1)?.end ?? -1)) continue;
    const asked = sentAmong(text.slice(test.start, test.end), sent);
    if (asked === null) continue;
    if (endsWell(fn, node.end)) found.push({ asked, decides: node, start: consequent.start, end: consequent.end });
    looked += 1;
    if (looked === MAX_SKIPS) break;
  }
  return found;
}

function holds({ start, end }: Skip, node: Node): boolean {
  return start <= node.start && node.end <= end;
}

/** `credentials.token`; of `user.password && !credentials.totpCode` the part that is the client's, and no password. */
function sentAmong(said: string, sent: string): string | null {
  const parts = said.split("&&").map((part) => /^\(?!?\s*([\w.?]+)\)?$/.exec(part.trim())?.[1] ?? "");
  return (
    parts.find(
      (part) =>
        (part.startsWith(`${sent}.`) || part.startsWith(`${sent}?.`)) &&
        (parts.length === 1 || !/passw|pwd/i.test(part)),
    ) ?? null
  );
}

/** Does it answer an account after this place? */
function endsWell(fn: Node, after: number): boolean {
  if (!isFunction(fn) || fn.body === null) return false;
  for (const node of walkOwn(fn.body)) {
    if (node.start < after) continue;
    if (
      node.type === "ReturnStatement" &&
      node.argument !== null &&
      !/^(?:Literal|CallExpression)$/.test(node.argument.type)
    )
      return true;
    if (
      node.type === "CallExpression" &&
      node.callee.type === "Identifier" &&
      /^(?:done|cb|callback|next|verified)$/.test(node.callee.name)
    ) {
      const [, user] = node.arguments;
      if (user !== undefined && user.type !== "Literal") return true;
    }
  }
  return false;
}
