import type { BindingPattern, Node } from "oxc-parser";
import { mayRefuse, refuses } from "../knowledge/refuses.ts";
import type { ProjectFile } from "../project.ts";
import { unusedGuard, unusedSchema, unusedTenant } from "../rules/catalogue.ts";
import type { Rule } from "../rules/rule.ts";
import { isFunction } from "../syntax/is-function.ts";
import { children, walk } from "../syntax/walk.ts";
import type { FunctionNode } from "../values/value.ts";

interface LeftOver {
  readonly rule: Rule;
  readonly node: Node;
  readonly message: string;
}

const RIGHTS = /^(?:\w*Roles?|roles?|permissions?|isAdmin|isOwner|visibility)$/;
const TENANT = /^(?:org|organi[sz]ation|tenant|team|workspace|company|account|shop)(?:_id|Id)$/;
/** `const { role }`, `roles,`: one of these stands where anything is taken out of something by such a name. */
const MAY_TAKE =
  /[{,]\s*(?:\w+\s*:\s*)?(?:\w*[rR]oles?|permissions?|isAdmin|isOwner|visibility|(?:org|organi[sz]ation|tenant|team|workspace|company|account|shop)(?:_id|Id))\s*[,}=]|\bvisibility\s*:/;
const DIGESTS = /\bcreateHmac\(/;
const SCHEMA =
  /^(?:z|v|yup|Yup|joi|Joi|Type|t)\s*\.\s*(?:strict_?[oO]bject|loose_?[oO]bject|object|array|union|discriminatedUnion|Object)\s*\(/;

const SCHEMA_ANYWHERE =
  /\b(?:z|v|yup|Yup|joi|Joi|Type|t)\s*\.\s*(?:strict_?[oO]bject|loose_?[oO]bject|object|array|union|discriminatedUnion|Object)\s*\(/;

/**
 * What a protection has left behind in the text: a guard that nothing calls, a role that was looked up and that nobody
 * asks, a schema that nothing is parsed with, a tenant that was read and confines nothing.
 */
export function leftOvers(file: ProjectFile): LeftOver[] {
  const { text } = file;
  if (!mayRefuse(text) && !SCHEMA_ANYWHERE.test(text) && !MAY_TAKE.test(text) && !DIGESTS.test(text)) return [];
  if (text.includes("use client") && file.module.directives.has("use client")) return [];
  const found: LeftOver[] = [];
  for (const node of file.syntax.program.body) {
    if (node.type === "ImportDeclaration" && node.importKind !== "type") {
      for (const one of node.specifiers) {
        const { name } = one.local;
        if (refuses(name) && saysOnce(text, name, one)) found.push(guard(name, one));
      }
    } else if (node.type === "FunctionDeclaration" && node.id !== null) {
      if (refuses(node.id.name) && saysOnce(text, node.id.name, node.id)) found.push(guard(node.id.name, node.id));
    } else if (node.type === "VariableDeclaration") {
      for (const { id, init } of node.declarations) {
        if (id.type !== "Identifier" || init === null) continue;
        if (isFunction(init)) {
          if (refuses(id.name) && saysOnce(text, id.name, id)) found.push(guard(id.name, id));
        } else if (SCHEMA.test(text.slice(init.start, init.start + 40)) && saysOnce(text, id.name, id))
          found.push({
            rule: unusedSchema,
            node: id,
            message: `${id.name} says what input looks like, and nothing is parsed with it.`,
          });
      }
    }
  }
  if (MAY_TAKE.test(text) || DIGESTS.test(text)) {
    const digests = new Set(["createHmac"]);
    const functions = [...walk(file.syntax.program)].filter(isFunction);
    for (const node of walk(file.syntax.program)) {
      // `const mac = (text) => createHmac(…)`
      const [id, held] =
        node.type === "VariableDeclarator" ? [node.id, node.init] : isFunction(node) ? [node.id, node] : [null, null];
      if (id?.type === "Identifier" && held !== null && isFunction(held) && held.end - held.start < 300)
        if (DIGESTS.test(text.slice(held.start, held.end))) digests.add(id.name);
    }
    for (const node of functions) found.push(...unaskedIn(node, file, digests));
  }
  return found;
}

function guard(name: string, node: Node): LeftOver {
  return { rule: unusedGuard, node, message: `${name} is there to refuse somebody, and nothing calls it.` };
}

/** Whether the text names it at its binding and nowhere else, comments and strings included. */
function saysOnce(text: string, name: string, { start, end }: Node): boolean {
  for (let at = text.indexOf(name); at !== -1; at = text.indexOf(name, at + name.length)) {
    if (at >= start && at < end) continue;
    if (!isOfName(text[at - 1]) && !isOfName(text[at + name.length])) return false;
  }
  return true;
}

function isOfName(character: string | undefined): boolean {
  return character !== undefined && /[\w$]/.test(character);
}

/** Roles and tenants that a function takes out of something and never names again. */
function* unaskedIn(fn: FunctionNode, { text }: ProjectFile, digests: ReadonlySet<string>): Generator<LeftOver> {
  if (fn.body === null) return;
  const guards = fn.id !== null && refuses(fn.id.name);
  const taken: Node[] = [];
  for (const param of fn.params) {
    const pattern = param.type === "AssignmentPattern" ? param.left : param;
    // What a guard is told by is what it is to ask.
    if (guards && pattern.type === "Identifier") taken.push(pattern);
    else if (pattern.type === "ObjectPattern") taken.push(...membersOf(pattern));
  }
  const open: Node[] = [fn.body];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node !== fn.body && isFunction(node)) continue;
    if (node.type === "VariableDeclarator" && node.init !== null && node.id.type === "ObjectPattern")
      taken.push(...membersOf(node.id));
    if (node.type === "VariableDeclarator" && node.init !== null && node.id.type === "Identifier")
      if (digests.has(firstCalled(node.init)) && !isNamedAgain(fn, node.id, node.id.name, "length"))
        yield {
          rule: unusedGuard,
          node: node.id,
          message: `${node.id.name} is what a signature ought to be, and nobody compares it with one.`,
        };
    open.push(...children(node));
  }
  for (const node of taken) {
    if (node.type !== "Identifier") continue;
    const { name } = node;
    const rights = RIGHTS.test(name);
    if (!rights && !TENANT.test(name)) continue;
    if (isNamedAgain(fn, node, name)) continue;
    const said = text.slice(node.start, node.start + name.length);
    yield rights
      ? { rule: unusedGuard, node, message: `${said} is read here, and nobody asks what it is: everybody may.` }
      : { rule: unusedTenant, node, message: `${said} is read here, and confines nothing that is done after it.` };
  }
}

/** `{ role, team: teamId }`; nothing where the rest is kept, which is how a field is left out on purpose. */
function membersOf(pattern: Extract<BindingPattern, { type: "ObjectPattern" }>): Node[] {
  if (pattern.properties.some((one) => one.type === "RestElement")) return [];
  return pattern.properties.flatMap((one) => (one.type === "Property" ? [one.value] : []));
}

/** `createHmac` of `createHmac("sha256", secret).update(text).digest()`. */
function firstCalled(node: Node): string {
  let inner = node;
  while (inner.type === "CallExpression" || inner.type === "MemberExpression")
    inner = inner.type === "CallExpression" ? inner.callee : inner.object;
  return inner.type === "Identifier" ? inner.name : "";
}

/** Whether the name is used once more: as a value, not as the name of a field, and for more than its member `but`. */
function isNamedAgain(within: Node, declared: Node, name: string, but: string | null = null): boolean {
  const open: Node[] = [within];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node.type === "Identifier" && node.name === name && node.start !== declared.start) return true;
    if (node.type === "MemberExpression" && node.property.type === "Identifier" && node.property.name === but) {
      if (node.object.type === "Identifier") continue;
    }
    if (node.type === "JSXIdentifier" && node.name === name) return true;
    const field =
      (node.type === "Property" || node.type === "TSPropertySignature") && !node.computed
        ? node.key
        : node.type === "MemberExpression" && !node.computed
          ? node.property
          : null;
    open.push(...children(node).filter((child) => child !== field));
  }
  return false;
}
