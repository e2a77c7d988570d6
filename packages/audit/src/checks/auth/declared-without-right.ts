import type { Node } from "oxc-parser";
import { wordsOf } from "../../knowledge/names.ts";
import { RIGHTS_OPTION } from "../../knowledge/staff.ts";
import type { Project, ProjectFile } from "../../project.ts";
import { missingRole } from "../../rules/catalogue.ts";
import { calledName } from "../../syntax/called-name.ts";
import { isFunction } from "../../syntax/is-function.ts";
import { walk } from "../../syntax/walk.ts";
import type { LooseEnd } from "../loose-ends/loose-end.ts";
import { type ObjectNode, propertyOf, textOf } from "../../syntax/object-fields.ts";

interface Declared {
  readonly node: Node;
  readonly harm: number;
  readonly path: string;
  /** The right it names, null where it says that there is none, undefined where it says nothing. */
  readonly right: string | null | undefined;
  /** What names its handler, to see what that asks itself. */
  readonly handler: Node | undefined;
}

const HARM: Readonly<Record<string, number>> = { POST: 1, PATCH: 2, PUT: 2, DELETE: 3 };
const MAY_DECLARE =
  /\b(?:(?:required?|allowed|min)_?)?(?:permissions?|roles?|scopes?|privileges?|polic(?:y|ies)|access(?:_?level)?|authori[sz]ation)\s*:/i;
/** What is called a right and says that none is asked for. */
const NONE =
  /^(?:none|no|public|open|any|anyone|anybody|anonymous|everyone|everybody|all|guest|false|null|undefined|skip\w*|no_?(?:auth\w*|permissions?|roles?|access|rights?)|unrestricted|unprotected)$/i;

/** Routes that name the right they ask for in what declares them: one says that nobody is asked, where a milder one asks. */
export function* declaredWithoutRight(file: ProjectFile, project: Project): Generator<LooseEnd> {
  const { text, syntax } = file;
  if (!MAY_DECLARE.test(text)) return;
  const found: Declared[] = [];
  for (const node of walk(syntax.program)) {
    const one =
      node.type === "CallExpression" ? ofCall(node) : node.type === "ObjectExpression" ? ofObject(node) : null;
    if (one !== null) found.push(one);
  }
  const named = found.filter(({ right }) => typeof right === "string");
  if (named.length < 2) return;
  for (const one of found) {
    if (typeof one.right === "string" || one.harm === 0 || !isMeant(one.path)) continue;
    // All the others that change anything name one.
    if (found.some((other) => other !== one && other.harm > 0 && typeof other.right !== "string")) continue;
    const milder = named.find(({ harm, path }) => harm > 0 && harm <= one.harm && isBeside(path, one.path));
    if (
      milder === undefined ||
      asksItself(one.handler, syntax.program, text) ||
      asksWhereItIs(one.handler, file, project)
    )
      continue;
    yield {
      rule: missingRole,
      node: one.node,
      message: `No right is asked for here: ${milder.right ?? "one"} is asked for beside it by what does no more.`,
    };
  }
}

/** `router.delete("/:id", { permission: NONE }, handler)`, `router.put({ path, options: { access } }, handler)`. */
function ofCall(node: Extract<Node, { type: "CallExpression" }>): Declared | null {
  const verb = calledName(node).toUpperCase();
  if (node.callee.type !== "MemberExpression" || !/^(?:GET|POST|PUT|PATCH|DELETE)$/.test(verb)) return null;
  const options = node.arguments.find((arg): arg is ObjectNode => arg.type === "ObjectExpression");
  if (options === undefined) return null;
  const [first] = node.arguments;
  const path = textOf(first) ?? textOf(propertyOf(options, "path"));
  const handler = node.arguments.at(-1);
  if (path === null || handler === options) return null;
  return { node, harm: HARM[verb] ?? 0, path, right: rightIn(options), handler };
}

/** `{ method: "delete", path: "/:id", permission: NONE, handler }`, `{ rest: "DELETE /:id", roles, handler }`. */
function ofObject(node: ObjectNode): Declared | null {
  const handler = propertyOf(node, "handler");
  const [, verb = "", way = ""] =
    /^(GET|POST|PUT|PATCH|DELETE)\s+(\S*)$/i.exec(textOf(propertyOf(node, "rest")) ?? "") ?? [];
  const method = textOf(propertyOf(node, "method")) ?? verb;
  const path = textOf(propertyOf(node, "path")) ?? textOf(propertyOf(node, "url")) ?? (verb === "" ? null : way);
  if (path === null || method === "" || handler === undefined) return null;
  return { node, harm: HARM[method.toUpperCase()] ?? 0, path, right: rightIn(node), handler };
}

/** The option that names a right, in the object itself or in what it says of the route: `config`, `options`, `security`. */
function rightIn(node: ObjectNode, depth = 0): string | null | undefined {
  let found: string | null | undefined;
  for (const one of node.properties) {
    // What is spread into it may say so.
    if (one.type !== "Property") return "spread";
    if (one.key.type !== "Identifier") continue;
    const { name } = one.key;
    if (RIGHTS_OPTION.test(name) || /^(?:access|authori[sz]ation|authz?|security)$/i.test(name)) {
      const right = nameOf(one.value, depth);
      if (typeof right === "string") return right;
      if (right === null) found = null;
    } else if (
      /^(?:config|options|meta|settings|guards?|rules?)$/.test(name) &&
      one.value.type === "ObjectExpression" &&
      depth < 3
    ) {
      const right = rightIn(one.value, depth + 1);
      if (typeof right === "string") return right;
      if (right === null) found = null;
    } else if (ASKS_ELSEWHERE.test(name)) return "elsewhere";
  }
  return found;
}
/** Guards of the route's own that are told apart by nothing here. */
const ASKS_ELSEWHERE = /^(?:pre\w*|onRequest|before\w*|guard\w*|can\w*|authenticate\w*|authorize\w*)$/;

function nameOf(value: Node, depth: number): string | null | undefined {
  switch (value.type) {
    case "Identifier":
      return NONE.test(value.name) ? null : value.name;
    case "MemberExpression":
      return value.property.type === "Identifier"
        ? NONE.test(value.property.name)
          ? null
          : value.property.name
        : "it";
    case "Literal":
      return value.value === null || value.value === false || NONE.test(String(value.value))
        ? null
        : String(value.value);
    case "ArrayExpression": {
      const [first] = value.elements;
      return first === null || first === undefined
        ? null
        : first.type === "SpreadElement"
          ? "it"
          : nameOf(first, depth);
    }
    case "ObjectExpression":
      return depth < 3 ? rightIn(value, depth + 1) : "it";
    default:
      return "it";
  }
}

/** The same thing, or what stands above it. */
function isBeside(other: string, own: string): boolean {
  const [one, two] = [partsOf(other), partsOf(own)];
  return one.every((part, at) => at >= two.length || part === two[at]) && (one.length > 0 || two.length < 2);
}

function partsOf(path: string): string[] {
  return path
    .split("/")
    .filter((part) => part !== "")
    .map((part) => (/^[:{[$]/.test(part) ? ":" : part));
}

/** For everybody by what it is, or one's own. */
function isMeant(path: string): boolean {
  return !wordsOf(path).some((word) => FOR_ALL.has(word));
}
const FOR_ALL = new Set(
  (
    "login logout signin signup signout register auth session sessions token refresh forgot reset password verify confirm " +
    "callback webhook webhooks hook health ping me my mine self own profile account preferences settings favorites " +
    "favourites favorite favourite star stars like likes vote votes view views seen read unread feedback comment comments " +
    "reply replies review reviews rating ratings follow followers subscribe unsubscribe subscription subscriptions leave " +
    "validate search query preview test check export lookup filter batch events track metrics splash public contact " +
    "invite accept join apply checkout cart"
  ).split(" "),
);

/** `this.remove`, `remove`, or the function itself: does it say anything of rights? */
function asksItself(handler: Node | undefined, program: Node, text: string): boolean {
  if (handler === undefined) return true;
  if (isFunction(handler)) return ASKS.test(text.slice(handler.start, handler.end));
  const name =
    handler.type === "Identifier"
      ? handler.name
      : handler.type === "MemberExpression" && handler.property.type === "Identifier"
        ? handler.property.name
        : "";
  if (name === "") return ASKS.test(text.slice(handler.start, handler.end));
  for (const node of walk(program))
    if (
      (node.type === "MethodDefinition" || node.type === "PropertyDefinition" || node.type === "Property") &&
      node.key.type === "Identifier" &&
      node.key.name === name &&
      isFunction(node.value as Node)
    )
      return ASKS.test(text.slice(node.start, node.end));
    else if (
      (node.type === "FunctionDeclaration" || node.type === "VariableDeclarator") &&
      node.id?.type === "Identifier" &&
      node.id.name === name
    )
      return ASKS.test(text.slice(node.start, node.end));
  return false;
}

/** `import { removePlan } from "./plans"`: a handler of another file of the tree, which may ask in its body. */
function asksWhereItIs(handler: Node | undefined, file: ProjectFile, project: Project): boolean {
  const root = handler?.type === "MemberExpression" ? handler.object : handler;
  if (handler === undefined || root?.type !== "Identifier") return false;
  const binding = file.module.bindings.get(root.name);
  if (binding?.kind !== "import") return false;
  const found = project.resolve(file.path, binding.specifier);
  const other = found.kind === "file" ? project.file(found.path) : null;
  return other !== null && asksItself(handler, other.syntax.program, other.text);
}

const ASKS =
  /permission|\brole|isAdmin|forbidden|\b403\b|access(?!_?token)|abilit|\bcan[A-Z]\w*\(|owner|authori[sz]e|(?:user|session)\w*\.id\b/i;
