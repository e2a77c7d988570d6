import type { Node } from "oxc-parser";
import { isFunction } from "../../syntax/is-function.ts";
import { unwrapped } from "../../syntax/unwrapped.ts";
import { walk } from "../../syntax/walk.ts";

/** Where an expression stands: the functions around it, outermost first. */
export interface Surroundings {
  readonly program: Node;
  readonly functions: readonly Node[];
  readonly text: string;
  /**
   * How many expressions may still be looked at, since names may go back to names in ever more ways; and how many nodes,
   * since each name is looked for in all of the file.
   */
  readonly left: { expressions: number; nodes: number };
}

const SERVER = "What a server has answered";
const ADDRESS = "What the address says";
const MESSAGE = "What another window has sent";

const CLEANS =
  /sanitiz|sanitis|purify|escape|striptags|clean|\bxss\b|encode|(?:hljs|prism|shiki|lowlight|highlighter)\.|^highlight|codeToHtml|katex|renderToString/i;
/** Languages of their own, and what a product draws itself. */
const OWN = /css|style|script|json|svg|icon|theme|katex|math|qr|mermaid|diagram|chart|logo|emoji|translation/i;
const ASKS =
  /^(?:(?:window\.)?fetch|\$fetch|ky|got|axios|useSWR|useQuery|useSuspenseQuery|useFetch|useFetcher|useLoaderData)$/;
const ASKS_BY_MEMBER =
  /(?:^(?:axios|ky|got|api|http|client|\w*[aA]pi|\w*Client)\.(?:get|post|request|fetch)|\.(?:useQuery|useSuspenseQuery))$/;
const ASSET = /\.(?:svg|md|mdx|html?|css|txt|json)(?:\?|$)|^https?:/;
/** What is done to a text and leaves its markup as it is. */
const KEEPS =
  /^(?:trim|slice|substring|substr|toString|concat|join|split|map|filter|at|find|flat|reverse|replace|replaceAll|json|text|then|catch|finally)$/;
const UNWRAPS = /^(?:String|decodeURIComponent|decodeURI|atob|unescape|JSON\.parse|he\.decode)$/;
const MARKDOWN = /^(?:marked(?:\.parse|\.parseInline)?|snarkdown|\w*[cC]onverter\.makeHtml|\w*showdown\w*\.makeHtml)$/;
const MARKDOWN_IT = /^(?:md|markdown|markdownIt|mdIt|\w*[mM]arkdown\w*)\.render$/;
/** Pages made when the site is built are written by those who build it. */
export const BY_AUTHORS = /getStaticProps|generateStaticParams|gray-matter|contentlayer|readFileSync/;
const MAX_DEPTH = 32;

/** Every node, and the functions around it. */
export function* walkWithin(
  program: Node,
  outer: readonly Node[] = [],
): Generator<{ readonly node: Node; readonly functions: readonly Node[] }> {
  let functions = outer;
  for (const node of walk(program)) {
    while (functions.length > outer.length && (functions.at(-1) as Node).end <= node.start)
      functions = functions.slice(0, -1);
    yield { node, functions };
    if (isFunction(node)) functions = [...functions, node];
  }
}

/** `walkWithin`, for as long as nodes are left. */
function* lookWithin(
  { left }: Surroundings,
  program: Node,
  outer: readonly Node[] = [],
): ReturnType<typeof walkWithin> {
  for (const one of walkWithin(program, outer)) {
    left.nodes -= 1;
    if (left.nodes < 0) return;
    yield one;
  }
}

/** Who has written the text that an expression is, where that is not the application: said in words, or null. */
export function originOf(node: Node, around: Surroundings, given = false, depth = 0): string | null {
  around.left.expressions -= 1;
  if (depth > MAX_DEPTH || around.left.expressions < 0) return null;
  const expression = unwrapped(node);
  const of = (inner: Node): string | null => originOf(inner, around, given, depth + 1);
  switch (expression.type) {
    case "Identifier":
      return OWN.test(expression.name) ? null : ofName(expression.name, around, given, depth);
    case "AwaitExpression":
      return of(expression.argument);
    case "ChainExpression":
      return of(expression.expression);
    case "LogicalExpression":
      return of(expression.left) ?? of(expression.right);
    case "ConditionalExpression":
      return of(expression.consequent) ?? of(expression.alternate);
    case "BinaryExpression":
      return expression.operator === "+" ? (of(expression.left) ?? of(expression.right)) : null;
    case "TemplateLiteral":
      for (const inner of expression.expressions) {
        const found = of(inner);
        if (found !== null) return found;
      }
      return null;
    case "MemberExpression": {
      const said = around.text.slice(expression.start, expression.end);
      if (/^(?:window\.|document\.)?location\.(?:hash|search|href)$/.test(said)) return ADDRESS;
      if (/^(?:window\.)?(?:document\.referrer|name)$/.test(said)) return ADDRESS;
      const { property } = expression;
      if (property.type === "Identifier" && OWN.test(property.name)) return null;
      return of(expression.object);
    }
    case "CallExpression":
      return ofCall(expression, around, given, depth);
    default:
      return null;
  }
}

function ofCall(
  call: Extract<Node, { type: "CallExpression" }>,
  around: Surroundings,
  given: boolean,
  depth: number,
): string | null {
  const { callee } = call;
  const said = around.text.slice(callee.start, callee.end).replaceAll("?.", ".");
  const [first] = call.arguments;
  if (CLEANS.test(said)) return null;
  if (ASKS.test(said) || ASKS_BY_MEMBER.test(said)) return first !== undefined && isAsset(first) ? null : SERVER;
  if (
    first !== undefined &&
    (MARKDOWN.test(said) || (MARKDOWN_IT.test(said) && /\bhtml\s*:\s*true\b/.test(around.text)))
  )
    return originOf(first, around, true, depth + 1);
  if (first !== undefined && UNWRAPS.test(said)) return originOf(first, around, given, depth + 1);
  if (/^(?:React\.)?useMemo$/.test(said) && first !== undefined && isFunction(first))
    return ofAnswers(first, around, given, depth);
  if (callee.type === "Identifier") {
    const own = functionNamed(callee.name, around);
    if (own === null || CLEANS.test(around.text.slice(own.start, own.end))) return null;
    for (const arg of call.arguments) {
      const found = originOf(arg, around, given, depth + 1);
      if (found !== null) return found;
    }
  }
  if (callee.type !== "MemberExpression" || callee.property.type !== "Identifier") return null;
  const { name } = callee.property;
  if (name === "get" && /searchParams|URLSearchParams|useSearchParams/i.test(said)) return ADDRESS;
  if (!KEEPS.test(name) || isEscaping(call, around)) return null;
  if (name === "then" && first !== undefined && isFunction(first)) return ofAnswers(first, around, given, depth);
  return originOf(callee.object, around, given, depth + 1);
}

/** `.replace(/</g, "&lt;")`, `.replace(/<[^>]*>/g, "")`: what begins an element is taken out. */
function isEscaping(
  { arguments: args, callee }: Extract<Node, { type: "CallExpression" }>,
  around: Surroundings,
): boolean {
  const [first, second] = args;
  if (callee.type !== "MemberExpression" || first === undefined) return false;
  const sought = around.text.slice(first.start, first.end);
  const put = second === undefined ? "" : around.text.slice(second.start, second.end);
  return /^(?:\/.*|["'`])\[?\^?[^a-z]*</i.test(sought) || /&lt;/.test(put);
}

function isAsset(node: Node): boolean {
  if (node.type === "Literal") return typeof node.value === "string" && ASSET.test(node.value);
  if (node.type !== "TemplateLiteral") return false;
  return ASSET.test(node.quasis[0]?.value.cooked ?? "") || ASSET.test(node.quasis.at(-1)?.value.cooked ?? "");
}

/** A function of this file. */
function functionNamed(name: string, around: Surroundings): Node | null {
  for (const { node } of lookWithin(around, around.program)) {
    if (node.type === "FunctionDeclaration" && node.id?.name === name) return node;
    if (
      node.type === "VariableDeclarator" &&
      node.id.type === "Identifier" &&
      node.id.name === name &&
      node.init !== null &&
      isFunction(node.init)
    )
      return node.init;
  }
  return null;
}

/** What a function answers; in what it answers its parameters are looked up in their turn. */
function ofAnswers(fn: Node, around: Surroundings, given: boolean, depth: number): string | null {
  if (!isFunction(fn) || fn.body === null) return null;
  const inside = { ...around, functions: [...around.functions, fn] };
  if (fn.body.type !== "BlockStatement") return originOf(fn.body, inside, given, depth + 1);
  for (const { node, functions } of lookWithin(around, fn.body, inside.functions)) {
    if (node.type !== "ReturnStatement" || node.argument === null || functions.length !== inside.functions.length)
      continue;
    const found = originOf(node.argument, inside, given, depth + 1);
    if (found !== null) return found;
  }
  return null;
}

function ofName(name: string, around: Surroundings, given: boolean, depth: number): string | null {
  for (let at = around.functions.length; at >= 0; at -= 1) {
    const fn = around.functions[at - 1];
    const functions = around.functions.slice(0, at);
    const within = { ...around, functions };
    if (fn !== undefined && isFunction(fn) && fn.params.some((one) => binds(one, name)))
      return ofParameter(fn, within, given, depth);
    for (const { node, functions: inner } of lookWithin(around, fn ?? around.program, functions.slice(0, -1))) {
      // Names of functions further in are other names.
      if (node.type !== "VariableDeclarator" || inner.length > Math.max(1, functions.length) || node.init === null)
        continue;
      if (node.id.type === "ArrayPattern") {
        const [state, set] = node.id.elements;
        if (state?.type !== "Identifier" || state.name !== name) continue;
        return /\buseState\b/.test(around.text.slice(node.init.start, node.init.start + 40))
          ? ofState(node.init, set?.type === "Identifier" ? set.name : "", within, depth)
          : originOf(node.init, within, given, depth + 1);
      }
      if (binds(node.id, name)) return originOf(node.init, within, given, depth + 1);
    }
    if (fn === undefined) return null;
  }
  return null;
}

/** A component's state: whatever it is set to. */
function ofState(init: Node, set: string, around: Surroundings, depth: number): string | null {
  const whole = around.functions.at(-1) ?? around.program;
  const use = unwrapped(init);
  const begun = use.type === "CallExpression" ? use.arguments[0] : undefined;
  const first = begun === undefined ? null : originOf(begun, around, false, depth + 1);
  if (first !== null || set === "") return first;
  for (const { node, functions } of lookWithin(around, whole, around.functions.slice(0, -1))) {
    if (node.type !== "CallExpression") continue;
    const inside = { ...around, functions };
    const [value] = node.arguments;
    if (value === undefined) continue;
    if (node.callee.type === "Identifier" && node.callee.name === set) {
      const found = isFunction(value)
        ? ofAnswers(value, inside, false, depth)
        : originOf(value, inside, false, depth + 1);
      if (found !== null) return found;
    } else if (value.type === "Identifier" && value.name === set && node.callee.type === "MemberExpression") {
      // `.then(setContent)`
      const found = originOf(node.callee.object, inside, false, depth + 1);
      if (found !== null) return found;
    }
  }
  return null;
}

/** What a callback is told by the promise before it, a listener by an event, a component by whoever shows it. */
function ofParameter(fn: Node, around: Surroundings, given: boolean, depth: number): string | null {
  const outer = { ...around, functions: around.functions.slice(0, -1) };
  for (const { node } of lookWithin(around, outer.functions.at(-1) ?? around.program)) {
    if (node.type !== "CallExpression" || !node.arguments.some((one) => one === fn)) continue;
    const { callee } = node;
    if (callee.type !== "MemberExpression" || callee.property.type !== "Identifier") return null;
    if (callee.property.name === "then" || callee.property.name === "map")
      return originOf(callee.object, outer, given, depth + 1);
    const [event] = node.arguments;
    if (callee.property.name === "addEventListener" && event?.type === "Literal" && event.value === "message")
      return MESSAGE;
    return null;
  }
  return given && around.functions.length === 1 && !BY_AUTHORS.test(around.text) ? "Markdown that others wrote" : null;
}

function binds(pattern: Node, name: string): boolean {
  switch (pattern.type) {
    case "Identifier":
      return pattern.name === name;
    case "AssignmentPattern":
      return binds(pattern.left, name);
    case "ArrayPattern":
      return pattern.elements.some((one) => one !== null && binds(one, name));
    case "RestElement":
      return binds(pattern.argument, name);
    case "ObjectPattern":
      return pattern.properties.some((one) =>
        one.type === "Property" ? binds(one.value, name) : binds(one.argument, name),
      );
    case "TSParameterProperty":
      return binds(pattern.parameter, name);
    default:
      return false;
  }
}
