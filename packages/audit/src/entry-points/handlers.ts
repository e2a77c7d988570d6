import type { Node, ParamPattern } from "oxc-parser";
import { closureOf } from "../interpret/closure.ts";
import { exportedValue, moduleScope } from "../interpret/module-value.ts";
import type { ProjectFile } from "../project.ts";
import { calledName } from "../syntax/called-name.ts";
import { walk } from "../syntax/walk.ts";
import { nameKind } from "../knowledge/names.ts";
import { client, struct, type FunctionNode, type Value } from "../values/value.ts";
import type { EntryPoint } from "./entry-point.ts";
import { followHandler, REQUEST, WRITER } from "./follow-handler.ts";
import { followMiddleware } from "./follow-middleware.ts";
import { CONTEXT, declarationOf } from "./next.ts";
import { isFunction } from "../syntax/is-function.ts";
import { EXPRESS, learnUnmounted } from "./unmounted-handler.ts";

const REQUEST_TYPE =
  /^(?:Request|NextRequest|IncomingMessage|FastifyRequest|VercelRequest|NextApiRequest|AuthenticatedRequest|\w*Request|APIGatewayProxyEvent\w*|H3Event|KoaContext)$/;
const REQUEST_NAME = /^(?:_?req|_?request|event)$/;

/** Functions that take a request and are mounted by code that is not seen; and functions handed to a server outright. */
export function handlerEntryPoints(file: ProjectFile): EntryPoint[] {
  const found: EntryPoint[] = [];
  const seen = new Set<FunctionNode>();
  for (const exported of mayHandle(file) ? file.module.exports.keys() : []) {
    const node = handedOut(file, exported);
    const name = calledThere(file, exported);
    const listed = listIn(node);
    const fn = listed ?? functionIn(node) ?? wrappedIn(node, file);
    // Handed out under two names it is one.
    if (fn === null || seen.has(fn)) continue;
    seen.add(fn);
    if (takesContextAndInput(fn)) {
      found.push(procedureHandler(file, exported, node));
      continue;
    }
    if (!takesRequest(fn) || !isHandler(name, fn)) continue;
    const web = isWebStyle(fn);
    found.push({
      kind: "handler",
      framework: web ? "web" : "express",
      name,
      method: null,
      path: null,
      file: file.path,
      node,
      body: fn,
      follow(machine) {
        const place = { file: file.path, node };
        const value = exportedValue(machine, file.path, exported);
        if (!web) learnUnmounted(machine, place);
        if (value?.k === "list") followMiddleware(machine, value.items, [REQUEST, WRITER], place);
        else if (value !== null) followHandler(machine, value, web ? [REQUEST, CONTEXT] : EXPRESS, place);
      },
    });
  }
  if (
    /Deno\.serve|(?:^|\W)serve\s*\(|defineEventHandler|eventHandler\s*\(|onRequest\s*\(|onCall\s*\(|httpAction\s*\(|export default\s*\{/.test(
      file.text,
    )
  )
    found.push(...served(file));
  return found;
}

/** Without one of these in its text a file hands out no such function, and need not be looked into. */
export function mayHandle({ text }: ProjectFile): boolean {
  return (
    (MAY_TAKE_REQUEST.test(text) && MAY_ANSWER.test(text)) ||
    (/\binput\b/.test(text) && /\b(?:ctx|context)\b|\.infer</.test(text)) ||
    /\bctx\.(?:body|status)\s*=[^=]/.test(text)
  );
}
const MAY_TAKE_REQUEST =
  /Request|IncomingMessage|APIGatewayProxyEvent|H3Event|KoaContext|(?<![\w$])_?(?:req|request|event)(?![\w$])/;
const MAY_ANSWER =
  /(?:handler|controller|endpoint|route)(?![\w$])|Response|(?<![\w$])(?:_?res|response|reply)(?![\w$])/i;

/** `async ({ ctx, input }: Options) => …`: the function of a procedure whose router is not in the tree. */
function takesContextAndInput(fn: FunctionNode): boolean {
  const [first, ...more] = fn.params;
  if (first?.type !== "ObjectPattern" || more.length > 0) return false;
  const names = new Set(
    first.properties.flatMap((one) => (one.type === "Property" && one.key.type === "Identifier" ? [one.key.name] : [])),
  );
  if (!names.has("input")) return false;
  // oRPC's and tRPC's: what it is told is of the type its schema infers.
  const type = first.typeAnnotation?.typeAnnotation;
  const told =
    type?.type === "TSTypeLiteral"
      ? type.members.find(
          (one) => one.type === "TSPropertySignature" && one.key.type === "Identifier" && one.key.name === "input",
        )
      : undefined;
  return (
    names.has("ctx") ||
    names.has("context") ||
    (told?.type === "TSPropertySignature" && isInferred(told.typeAnnotation?.typeAnnotation))
  );
}

/** `z.infer<typeof schema>` */
function isInferred(type: Node | undefined): boolean {
  return (
    type?.type === "TSTypeReference" &&
    type.typeName.type === "TSQualifiedName" &&
    /^(?:infer|output|input|InferOutput)$/.test(type.typeName.right.name)
  );
}

function procedureHandler(file: ProjectFile, name: string, node: Node): EntryPoint {
  return {
    kind: "procedure",
    framework: "trpc",
    name,
    method: "POST",
    path: null,
    file: file.path,
    node,
    follow(machine) {
      const place = { file: file.path, node };
      machine.learn("auth", { sure: false, place, why: "the procedure that calls it is not in the tree" });
      const value = exportedValue(machine, file.path, name);
      const context: Value = { k: "request", path: "", authenticated: true };
      const bag = struct({ ctx: context, context, input: client("body", "", true) });
      if (value !== null) followHandler(machine, value, [bag], place);
    },
  };
}

/** Deno.serve(fn), defineEventHandler(fn), onRequest(fn), export default { fetch }. */
function served(file: ProjectFile): EntryPoint[] {
  const found: EntryPoint[] = [];
  for (const node of walk(file.syntax.program)) {
    let fn: Node | undefined;
    let path: string | null = null;
    let told: readonly Value[] = [REQUEST, REQUEST];
    if (node.type === "CallExpression") {
      const callee =
        node.callee.type === "Identifier"
          ? node.callee.name
          : node.callee.type === "MemberExpression" && node.callee.property.type === "Identifier"
            ? `${node.callee.object.type === "Identifier" ? node.callee.object.name : ""}.${node.callee.property.name}`
            : "";
      if (
        !/^(?:Deno\.serve|serve|defineEventHandler|eventHandler|\.?onRequest|\w*\.onRequest|functions\.onRequest|onCall|\w*\.onCall|httpAction|defineCachedEventHandler)$/.test(
          callee,
        )
      )
        continue;
      fn = node.arguments.find(isFunction);
      // Firebase's first callables are given what was sent, and beside it who sent it.
      if (callee.endsWith("onCall") && fn !== undefined && isFunction(fn) && fn.params.length === 2)
        told = [client("body", ""), REQUEST];
      const match = /(?:^|\/)(?:server\/)?(?:api|routes)\/(.*?)(?:\.(?:get|post|put|patch|delete))?\.[jt]s$/.exec(
        file.path,
      );
      path = match?.[1] === undefined ? null : `/${match[1]}`;
    } else if (node.type === "ExportDefaultDeclaration" && node.declaration.type === "ObjectExpression") {
      for (const property of node.declaration.properties) {
        if (
          property.type === "Property" &&
          property.key.type === "Identifier" &&
          property.key.name === "fetch" &&
          isFunction(property.value)
        )
          fn = property.value;
      }
    }
    if (fn === undefined || !isFunction(fn)) continue;
    const handler = fn;
    found.push({
      kind: "route",
      framework: "web",
      name: `handler ${path ?? file.path}`,
      method: null,
      path: path ?? file.path,
      file: file.path,
      node: handler,
      follow(machine) {
        followHandler(machine, closureOf(handler, moduleScope(machine, file.path), "handler"), told, {
          file: file.path,
          node: handler,
        });
      },
    });
  }
  return found;
}

export function functionIn(node: Node): FunctionNode | null {
  if (isFunction(node)) return node;
  if (node.type === "VariableDeclarator" && node.init !== null) return functionIn(node.init);
  if (node.type === "ExportDefaultDeclaration" && isFunction(node.declaration)) return node.declaration;
  if (node.type === "TSAsExpression" || node.type === "TSSatisfiesExpression") return functionIn(node.expression);
  // `exports.invite = async (req, res) => …`, `module.exports = { invite: … }`.
  if (node.type === "AssignmentExpression") return functionIn(node.right);
  if (node.type === "Property") return functionIn(node.value);
  return null;
}

/** What is exported, as it is written: of `exports.a = x` and `module.exports = { a: x }` it is x. */
export function handedOut(file: ProjectFile, name: string): Node {
  const found = file.module.exports.get(name);
  // `module.exports = remove`: what is called so.
  if (found?.kind !== "value" || (name === "default" && found.value.type !== "Identifier"))
    return declarationOf(file, name);
  if (found.value.type !== "Identifier") return found.value;
  const binding = file.module.bindings.get(found.value.name);
  return binding?.kind === "local" ? binding.node : found.value;
}

/** The name of what is the whole of its module, where it has one there. */
export function calledThere(file: ProjectFile, name: string): string {
  const found = file.module.exports.get(name);
  return name === "default" && found?.kind === "value" && found.value.type === "Identifier" ? found.value.name : name;
}

/** `export const buy = [protect, validate(schema), asyncHandler(async (req, res) => …)]`: the handler at its end. */
function listIn(node: Node): FunctionNode | null {
  if (node.type === "VariableDeclarator" && node.init !== null) return listIn(node.init);
  if (node.type !== "ArrayExpression") return null;
  const last = node.elements.at(-1);
  if (last === null || last === undefined || last.type === "SpreadElement") return null;
  const fn = functionIn(last) ?? wrappedIn(last);
  return fn !== null && !isWebStyle(fn) ? fn : null;
}

/** `asyncHandler(async (req, res) => …)`, under whatever name: the function, where it answers as Express has it. */
export function wrappedIn(node: Node, file: ProjectFile | null = null): FunctionNode | null {
  if (node.type === "VariableDeclarator" && node.init !== null) return wrappedIn(node.init, file);
  if (node.type === "AssignmentExpression") return wrappedIn(node.right, file);
  if (node.type !== "CallExpression" || node.callee.type !== "Identifier") return null;
  const fn = node.arguments.find(isFunction) ?? namedIn(node.arguments, file);
  return fn !== undefined && fn !== null && !isWebStyle(fn) ? fn : null;
}

/** `expressify(removeNote)`, of a function of the file. */
function namedIn(args: readonly Node[], file: ProjectFile | null): FunctionNode | null {
  const [only, ...more] = args;
  if (file === null || only?.type !== "Identifier" || more.length > 0) return null;
  const binding = file.module.bindings.get(only.name);
  return binding?.kind === "local" ? functionIn(binding.node) : null;
}

export function takesRequest(fn: FunctionNode): boolean {
  const [first] = fn.params;
  if (first === undefined) return false;
  const pattern = first.type === "TSParameterProperty" ? first.parameter : first;
  if (pattern.type !== "Identifier") return false;
  const type = pattern.typeAnnotation?.typeAnnotation;
  const named = typesNamed(type).filter((name) => name !== "Context");
  if (named.length > 0)
    return named.some(
      (name) =>
        REQUEST_TYPE.test(name) ||
        (REQUEST_NAME.test(pattern.name) && /^(?:Request\w*|\w*Req)$/.test(name)) ||
        isKoaContext(pattern.name, name, fn),
    );
  if (pattern.name === "ctx") return isKoaContext(pattern.name, "Context", fn);
  return REQUEST_NAME.test(pattern.name) && (type === undefined || type === null || type.type === "TSAnyKeyword");
}

/** `express.Request`, `Request & { user: User }`, `RequestWithAuth<Params>`: what the types of a parameter are called. */
function typesNamed(type: Node | undefined): readonly string[] {
  if (type?.type === "TSIntersectionType") return type.types.flatMap(typesNamed);
  if (type?.type === "TSParenthesizedType") return typesNamed(type.typeAnnotation);
  if (type?.type !== "TSTypeReference") return [];
  if (type.typeName.type === "Identifier") return [type.typeName.name];
  return type.typeName.type === "TSQualifiedName" ? [type.typeName.right.name] : [];
}

/** `(ctx: UserCtx) => { ctx.body = … }`: Koa's context is answered by what is put on it. */
function isKoaContext(name: string, type: string, fn: FunctionNode): boolean {
  return name === "ctx" && /(?:Ctx|Context)$/.test(type) && setsBody(fn);
}

function setsBody(fn: FunctionNode): boolean {
  for (const node of walk(fn))
    if (
      node.type === "AssignmentExpression" &&
      node.left.type === "MemberExpression" &&
      node.left.object.type === "Identifier" &&
      node.left.object.name === "ctx" &&
      node.left.property.type === "Identifier" &&
      /^(?:body|status)$/.test(node.left.property.name)
    )
      return true;
  return false;
}

/** Answers the client, and is no check, wrapper or middleware that a handler would use. */
export function isHandler(name: string, fn: FunctionNode): boolean {
  if (fn.params.length > 2 && nameOfParameter(fn.params[2]) === "next" && passesOn(fn)) return false;
  if (/middleware|proxy|guard/i.test(name)) return false;
  if (/(?:handler|controller|endpoint|route)$/i.test(name)) return true;
  const kind = nameKind(name);
  if (
    kind === "identity" ||
    kind === "asserts" ||
    kind === "guards" ||
    kind === "wraps" ||
    kind === "asks" ||
    kind === "validates"
  )
    return answers(fn) && kind === "asks" && /entitle|feature/i.test(name);
  return answers(fn);
}

export function nameOfParameter(parameter: ParamPattern | undefined): string {
  return parameter?.type === "Identifier" ? parameter.name : "";
}

/** `next()` without an error at the end of it: the work of middleware. */
function passesOn(fn: FunctionNode): boolean {
  for (const node of walk(fn)) {
    if (
      node.type === "CallExpression" &&
      node.callee.type === "Identifier" &&
      node.callee.name === "next" &&
      node.arguments.length === 0
    )
      return true;
  }
  return false;
}

/** What is done to a response, at the beginning of a chain as well: `reply.type("image/png").send(bytes)`. */
const ANSWERS =
  /^(?:status|json|jsonp|send|end|code|sendStatus|sendFile|writeHead|render|redirect|type|contentType|header|set|download|attachment|respond|ok|created|noContent|badRequest|forbidden|notFound|serverError|success)$/;

function answers(fn: FunctionNode): boolean {
  const names = new Set(fn.params.map(nameOfParameter));
  if (names.has("ctx") && setsBody(fn)) return true;
  for (const node of walk(fn)) {
    if (node.type === "NewExpression" && node.callee.type === "Identifier" && node.callee.name.endsWith("Response"))
      return true;
    if (
      node.type === "CallExpression" &&
      node.callee.type === "MemberExpression" &&
      node.callee.object.type === "Identifier"
    ) {
      const { name } = node.callee.object;
      const method = node.callee.property.type === "Identifier" ? node.callee.property.name : "";
      if (name.endsWith("Response") && method === "json") return true;
      if (names.has(name) && /^(?:res|response|reply)$/.test(name) && ANSWERS.test(method)) return true;
    }
    if (node.type === "CallExpression" && (handsOnAnswer(node, fn) || pours(node, names))) return true;
  }
  return false;
}

/** `stream.pipe(res)`, `pipeline(file, res)`: a file is its answer. */
function pours(node: Extract<Node, { type: "CallExpression" }>, names: ReadonlySet<string>): boolean {
  const last = node.arguments.at(-1);
  return (
    last?.type === "Identifier" &&
    /^(?:res|response)$/.test(last.name) &&
    names.has(last.name) &&
    /^(?:pipe|pipeline|pipeTo)$/.test(calledName(node))
  );
}

/** `helpers.formatApiResponse(200, res)` of a function of a request and what answers it. */
function handsOnAnswer(node: Extract<Node, { type: "CallExpression" }>, { params }: FunctionNode): boolean {
  const [request, response, ...more] = params.map(nameOfParameter);
  if (more.length > 0 || request === undefined || !REQUEST_NAME.test(request)) return false;
  return (
    /^(?:res|response)$/.test(response ?? "") &&
    /respon|^send|answer|reply|success/i.test(calledName(node)) &&
    node.arguments.some((arg) => arg.type === "Identifier" && arg.name === response)
  );
}

export function isWebStyle(fn: FunctionNode): boolean {
  const [first, second] = fn.params;
  if (nameOfParameter(first) === "ctx" && setsBody(fn)) return false;
  return second === undefined || !/^(?:_?res|_?response|reply)$/.test(nameOfParameter(second));
}
