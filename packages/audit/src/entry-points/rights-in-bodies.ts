import type { Node } from "oxc-parser";
import { nameKind, wordsOf } from "../knowledge/names.ts";
import { asksForRights } from "../knowledge/staff.ts";
import type { ProjectFile } from "../project.ts";
import { says } from "../source/says.ts";
import { calledName } from "../syntax/called-name.ts";
import { isFunction } from "../syntax/is-function.ts";
import { isRefusal } from "../syntax/is-refusal.ts";
import { walk, walkOwn } from "../syntax/walk.ts";
import { INPUT } from "../values/trust.ts";
import type { FunctionNode } from "../values/value.ts";
import type { Asked, Neighbours } from "./neighbours.ts";
import { builderOf, governs } from "./procedures.ts";
import { toldRight } from "./told-rights.ts";
import { declaredBy } from "../syntax/declared.ts";

type CallNode = Extract<Node, { type: "CallExpression" }>;

/** A function at the top of a file, or a method of a class or object that stands there. */
interface Body {
  readonly node: FunctionNode;
  readonly asked: Asked;
}

const known = new WeakMap<ProjectFile, readonly Body[]>();
/** There is anything to read only where somebody is asked for more than to be known. */
const MAY_ASK =
  /\b\w*(?:admin|owner|staff|super|permission|role)\w*(?:Procedure|Action)\b|[.?]\.?(?:role|is_?(?:super_?)?(?:admin|staff)\w*)\b|\b(?:can[A-Z]\w*|(?:has|may)\w*(?:Permission|Privilege|Ability|Scope|Right)s?)\s*\(|\b(?=(?:require|assert|ensure|must|enforce|check|verify|only|demand|guard|authori[sz]e)\w*(?:Admin|Owner|Role|Permission|Staff|Manager|Moderator|Super|Access|Scope|Right|Privilege|Operator|Member|Can))\w+\s*\(/i;

/**
 * What the functions of a file ask of their callers in their own bodies: `await requireAdmin()`, `mustBeAdmin(user)`. How
 * much harm each may do is told by the verb of its name.
 */
export function rightsInBodies(file: ProjectFile, within: Node): Neighbours | null {
  if (!says(file, MAY_ASK)) return null;
  const bodies = known.get(file) ?? bodiesOf(file);
  known.set(file, bodies);
  const own = bodies.find(({ node }) => node === within || (within.start <= node.start && node.end <= within.end));
  if (own === undefined) return null;
  return { own: own.asked, others: bodies.filter((one) => one !== own).map((one) => one.asked) };
}

function bodiesOf(file: ProjectFile): Body[] {
  const found: Body[] = [];
  const add = (node: Node | null | undefined, name: string): void => {
    if (node !== null && node !== undefined && isFunction(node) && node.body !== null)
      found.push({ node, asked: askedIn(node, name, file.text) });
  };
  addRoutes(file, found);
  for (const statement of file.syntax.program.body) {
    const declared = declaredBy(statement);
    switch (declared?.type) {
      case "FunctionDeclaration":
        add(declared, declared.id?.name ?? "");
        break;
      case "VariableDeclaration":
        for (const { id, init } of declared.declarations) add(init, id.type === "Identifier" ? id.name : "");
        break;
      case "ClassDeclaration":
        for (const member of declared.body.body)
          if (member.type === "MethodDefinition" && member.key.type === "Identifier")
            add(member.value, member.key.name);
        break;
      case "ExpressionStatement":
        // `exports.remove = async (req, res) => …`
        if (
          declared.expression.type === "AssignmentExpression" &&
          declared.expression.left.type === "MemberExpression" &&
          declared.expression.left.property.type === "Identifier"
        )
          add(declared.expression.right, declared.expression.left.property.name);
        break;
      default:
    }
  }
  return found;
}

const ROUTES = /\.(?:get|post|put|patch|delete|query|mutation|action)\s*\(/;

/** Handlers that stand where their routes are registered: `app.put("/users/:id", async (req, res) => …)`. */
function addRoutes({ text, syntax }: ProjectFile, found: Body[]): void {
  if (!ROUTES.test(text)) return;
  for (const node of walk(syntax.program)) {
    if (node.type !== "CallExpression" || node.callee.type !== "MemberExpression") continue;
    const verb = calledName(node);
    if (/^(?:query|mutation|action)$/.test(verb)) addProcedure(node, verb, text, found);
    if (!/^(?:get|post|put|patch|delete)$/.test(verb) || node.arguments[0]?.type !== "Literal") continue;
    const handler = handlerIn(node.arguments.at(-1));
    const { value: path } = node.arguments[0];
    if (handler !== null)
      found.push({
        node: handler,
        asked: { ...askedIn(handler, verb, text), path: typeof path === "string" ? path : null },
      });
  }
}

/** `adminProcedure.input(schema).mutation(async ({ ctx, input }) => …)`: what it is built on asks, and its own body may. */
function addProcedure(node: CallNode, verb: string, text: string, found: Body[]): void {
  const handler = handlerIn(node.arguments.at(-1));
  const builder = builderOf(node.callee);
  if (handler === null || !/procedure|action/i.test(builder)) return;
  const asked = askedIn(handler, verb === "query" ? "get" : "post", text);
  found.push({ node: handler, asked: governs(builder) ? { ...asked, guards: [builder, ...asked.guards] } : asked });
}

/** The handler itself, or in what wraps it. */
function handlerIn(node: Node | undefined): FunctionNode | null {
  if (node === undefined) return null;
  if (isFunction(node)) return node;
  return node.type === "CallExpression" ? (node.arguments.findLast(isFunction) ?? null) : null;
}

/** The guards that are called for their own sake: what they answer to nobody, they ask for. */
function askedIn({ body }: FunctionNode, name: string, text: string): Asked {
  const guards: string[] = [];
  if (body !== null && body !== undefined)
    for (const node of walkOwn(body)) {
      if (node.type === "IfStatement" && leaves(node.consequent)) {
        const tested =
          permissionIn(node.test) ?? (isRefusal(node.consequent) ? roleIn(node.test, text, callersIn(body)) : null);
        if (tested !== null) guards.push(tested);
      }
      const call =
        node.type === "ExpressionStatement" ? node.expression : node.type === "VariableDeclarator" ? node.init : null;
      const bare = call?.type === "AwaitExpression" ? call.argument : call;
      if (bare?.type !== "CallExpression") continue;
      const called = calledName(bare);
      if (called !== "" && isDemand(called) && (asksForRights(called) || toldRight(bare, text) !== null))
        guards.push(called);
    }
  return {
    method: verbOf(name),
    guards,
    signatures: [],
    said: body === null || body === undefined ? "" : text.slice(body.start, body.end),
  };
}

/** `if (!context.permissions.canCreate(thing)) throw …`: the right that is asked, and without which nothing goes on. */
function permissionIn(test: Node): string | null {
  if (test.type === "LogicalExpression") return permissionIn(test.left) ?? permissionIn(test.right);
  if (test.type === "UnaryExpression" && test.operator === "!") return permissionIn(test.argument);
  if (test.type === "AwaitExpression" || test.type === "ParenthesizedExpression")
    return permissionIn(test.type === "AwaitExpression" ? test.argument : test.expression);
  const called = calledName(test);
  return PREDICATE.test(called) ? called : null;
}
const PREDICATE = /^(?:can[A-Z]\w*|(?:has|may)\w*(?:Permission|Privilege|Ability|Scope|Right)s?)$/;

/** `!session?.isAdmin`, `req.user.role !== "admin"`, `!STAFF.includes(user.role)`: what the caller is, as it is written. */
function roleIn(test: Node, text: string, callers: ReadonlySet<string>, depth = 0): string | null {
  if (depth > 6) return null;
  const inside = (node: Node): string | null => roleIn(node, text, callers, depth + 1);
  switch (test.type) {
    case "LogicalExpression":
      return inside(test.left) ?? inside(test.right);
    case "UnaryExpression":
    case "AwaitExpression":
      return inside(test.argument);
    case "ParenthesizedExpression":
    case "ChainExpression":
      return inside(test.expression);
    case "BinaryExpression":
      return test.left.type === "PrivateIdentifier" ? null : (inside(test.left) ?? inside(test.right));
    case "CallExpression": {
      const [first] = test.arguments;
      return /^(?:includes|has)$/.test(calledName(test)) && first !== undefined ? inside(first) : null;
    }
    case "MemberExpression":
      return test.property.type === "Identifier" &&
        ROLE.test(test.property.name) &&
        (CALLER.test(text.slice(test.object.start, test.object.end)) ||
          isPutOnRequest(text.slice(test.object.start, test.object.end)) ||
          (test.object.type === "Identifier" && callers.has(test.object.name)))
        ? text.slice(test.start, test.end)
        : null;
    default:
      return null;
  }
}
const ROLE = /^(?:role|roles|is_?(?:\w*_?)?(?:admin|staff|superuser|owner|moderator|manager)\w*|admin)$/i;
const CALLER =
  /(?:^|\.)\s*(?:session|user|me|viewer|caller|actor|current_?user|auth|account|token|jwt|claims|payload|decoded|principal|requester|auth_?user)[?!]?$/i;

/** `request.journalist`, `c.var.nurse`, `res.locals.teller`: whom a hook put there, as the house calls its people. */
function isPutOnRequest(object: string): boolean {
  const [, name] = ON_REQUEST.exec(object) ?? [];
  return name !== undefined && !INPUT.test(name);
}
const ON_REQUEST =
  /^(?:req|request|ctx|context|c\.var|(?:req|request|res|ctx)\.(?:locals|state)|event\.locals)[?!]?\.(\w+)[?!]?$/;

/** `const reader = await currentReader(req)`: whatever the house calls its people, this one is calling. */
function callersIn(body: Node): ReadonlySet<string> {
  const found = new Set<string>();
  for (const node of walkOwn(body)) {
    if (node.type !== "VariableDeclarator" || node.id.type !== "Identifier" || node.init === null) continue;
    const asked = node.init.type === "AwaitExpression" ? node.init.argument : node.init;
    if (ASKS_WHO.test(calledName(asked))) found.add(node.id.name);
  }
  return found;
}
const ASKS_WHO =
  /^(?:(?:get|load|find|fetch|resolve|read|require|use)_?)?(?:[cC]urrent|[sS]igned_?[iI]n|[lL]ogged_?[iI]n|[aA]uthenticated|[sS]ession)(?![a-z])|^(?:auth|check_?[sS]ession|get_?(?:[sS]erver_?)?[sS]ession|require_?(?:[uU]ser|[aA]uth|[sS]ession|[lL]ogin)\w*)$/;

/** It returns, throws, or calls what does: `throwPermissionError()`. */
function leaves(consequent: Node): boolean {
  const last = consequent.type === "BlockStatement" ? consequent.body.at(-1) : consequent;
  if (last?.type === "ReturnStatement" || last?.type === "ThrowStatement") return true;
  return (
    last?.type === "ExpressionStatement" && /^throw|^deny|^forbid|^reject|^abort/i.test(calledName(last.expression))
  );
}

function isDemand(name: string): boolean {
  return nameKind(name) === "asserts" || /^(?:must|check|verify|authori[sz]e|demand)/.test(name);
}

/** The HTTP method that a function's name stands for. */
function verbOf(name: string): string | null {
  for (const word of wordsOf(name)) {
    if (/^(?:get|list|find|fetch|load|read|search|count|show|index|view|export|download|preview)$/.test(word))
      return "GET";
    if (/^(?:delete|remove|destroy|revoke|purge|kick|ban|drop|wipe|erase|terminate|disable|suspend)$/.test(word))
      return "DELETE";
    if (
      /^(?:update|set|change|edit|rename|patch|transfer|promote|demote|assign|reset|enable|rotate|archive|restore|put)$/.test(
        word,
      )
    )
      return "PATCH";
    if (/^(?:create|add|insert|invite|new|save|upload|import|send|publish|post)$/.test(word)) return "POST";
  }
  return null;
}
