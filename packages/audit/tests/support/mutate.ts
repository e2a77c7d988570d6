import { parseSync, type Argument, type CallExpression, type Node } from "oxc-parser";
import { walk } from "../../src/syntax/walk.ts";

/** A file that has lost one guard. */
export interface Mutant {
  /** What was done, and to what: `drop if (!session) return…`. Stays the same when lines move. */
  readonly name: string;
  readonly line: number;
  readonly text: string;
  /** The groups any of which is a right answer. */
  readonly groups: readonly string[];
  /** For a guard that returns, throws or catches: its whole text. */
  readonly refuses: string | null;
}

interface Edit {
  readonly what: string;
  readonly node: Node;
  readonly start: number;
  readonly end: number;
  readonly by: string;
  readonly groups: readonly string[];
}

const TENANT =
  /\b(?:org|organi[sz]ation|tenant|team|workspace|company|account|shop|board|project|list|owner|user|member)s?(?:_?id|slug)?\b/i;
const GUARD =
  /auth|session|signedIn|require|assert|ensure|verif|protect|permission|role|guard|isMember|membership|access|currentUser|getUser|signature|member/i;
const VALIDATOR = /validat|schema/i;
const ANY = ["auth", "tenant", "claims", "input", "webhook", "entitlement", "fail-closed", "jobs"] as const;
const CALLER = ["auth", "tenant", "fail-closed", "claims", "webhook", "jobs"] as const;

/** Every file that comes of `text` by the deletion of one guard. Lines that end in `// equivalent: …` are left alone. */
export function mutantsOf(path: string, text: string): Mutant[] {
  const { program, errors } = parseSync(path, text, { sourceType: "unambiguous", preserveParens: false });
  if (errors.length > 0) throw new Error(`${path}: ${errors[0]?.message}`);
  const spared = new Set(text.split("\n").flatMap((line, at) => (/\/\/ equivalent: \S/.test(line) ? [at + 1] : [])));
  const seen = new Map<string, number>();
  const mutants: Mutant[] = [];
  for (const edit of editsOf(program, text)) {
    const line = text.slice(0, edit.node.start).split("\n").length;
    if (spared.has(line)) continue;
    const snippet = text.slice(edit.node.start, edit.node.end).replaceAll(/\s+/g, " ").slice(0, 70);
    const name = `${edit.what} ${snippet}`;
    const mutated = text.slice(0, edit.start) + edit.by + text.slice(edit.end);
    const [broken] = parseSync(path, mutated, { sourceType: "unambiguous" }).errors;
    if (broken !== undefined) throw new Error(`${path}: ${name} leaves what is no code: ${broken.message}`);
    const again = (seen.get(name) ?? 0) + 1;
    seen.set(name, again);
    mutants.push({
      name: again === 1 ? name : `${name} (${again})`,
      line,
      text: withoutMarks(mutated),
      groups: edit.groups,
      refuses: /^(?:IfStatement|CatchClause)$/.test(edit.node.type) ? text.slice(edit.node.start, edit.node.end) : null,
    });
  }
  return mutants;
}

/** The file as it is audited. */
export function withoutMarks(text: string): string {
  return text.replaceAll(/ ?\/\/ equivalent: .*$/gm, "");
}

function* editsOf(program: Node, text: string): Generator<Edit> {
  const source = (node: Node): string => text.slice(node.start, node.end);
  for (const node of walk(program)) {
    switch (node.type) {
      case "IfStatement":
        if (node.alternate === null && leaves(node.consequent)) yield drop("drop", node, ANY);
        break;
      case "LogicalExpression":
        // `!row || row.orgId !== caller.orgId`: each side that compares, by itself.
        if (node.operator !== "||") break;
        for (const [side, other] of [
          [node.left, node.right],
          [node.right, node.left],
        ] as const)
          if (compares(side))
            yield { ...drop("drop from the test", side, CALLER), start: node.start, end: node.end, by: source(other) };
        break;
      case "ObjectExpression":
        for (const property of node.properties)
          if (
            property.type === "Property" &&
            property.key.type === "Identifier" &&
            property.key.name === "where" &&
            property.value.type === "ObjectExpression"
          )
            yield* members(property.value, text);
        for (const property of node.properties)
          if (
            property.type === "Property" &&
            property.key.type === "Identifier" &&
            /^(?:preHandler|onRequest|preValidation|authorize|schema)$/.test(property.key.name)
          )
            yield listed("drop", property, node.properties, property.key.name === "schema" ? ["input"] : CALLER, text);
        break;
      case "CallExpression":
        yield* ofCall(node, text);
        break;
      case "ExpressionStatement":
        yield* ofStatement(node, text);
        break;
      case "CatchClause":
        if (leaves(node.body))
          yield { ...drop("empty the", node, ANY), start: node.body.start, end: node.body.end, by: "{}" };
        break;
      case "AwaitExpression":
        if (node.argument.type === "CallExpression" && GUARD.test(lastName(source(node.argument.callee))))
          yield { ...drop("drop the await of", node, ANY), by: source(node.argument) };
        break;
      case "ClassDeclaration":
      case "MethodDefinition":
        for (const decorator of node.decorators)
          if (source(decorator).startsWith("@UseGuards")) yield drop("drop", decorator, CALLER);
        break;
      case "Literal":
      case "TemplateElement": {
        const found = /\s+and\s+(?:\w+\.)?\w*(?:org|tenant|company|workspace)\w*\s*=\s*\$\d+/i.exec(source(node));
        if (found === null) break;
        const start = node.start + found.index;
        yield { what: `drop${found[0]} from`, node, start, end: start + found[0].length, by: "", groups: ["tenant"] };
        break;
      }
      default:
    }
  }
}

function* ofCall(node: CallExpression, text: string): Generator<Edit> {
  const { callee, arguments: args } = node;
  const source = (one: Node): string => text.slice(one.start, one.end);
  if (callee.type === "Identifier") {
    if (callee.name === "and")
      for (const arg of args) if (namesTenant(source(arg))) yield listed("drop", arg, args, ["tenant"], text);
    const [only] = args;
    if (/^(?:with[A-Z]\w*|verifySignature\w*)$/.test(callee.name) && only !== undefined)
      yield { ...drop("unwrap", node, CALLER), by: source(only) };
    return;
  }
  if (callee.type !== "MemberExpression" || callee.property.type !== "Identifier") return;
  const method = callee.property.name;
  const [first] = args;
  if (/^(?:get|post|put|patch|delete|all)$/.test(method) && args.length > 1) yield* middleware(args, text);
  if (/^(?:parse|parseAsync)$/.test(method) && first !== undefined && !/^(?:JSON|Date)$/.test(source(callee.object)))
    yield { ...drop("drop", node, ["input"]), by: source(first) };
  if (/^constructEvent(?:Async)?$/.test(method) && first !== undefined)
    yield { ...drop("drop", node, ["webhook", "auth"]), by: `JSON.parse(${source(first)})` };
  if (/^(?:findOne|updateOne|deleteOne|findOneAndUpdate)$/.test(method) && first?.type === "ObjectExpression")
    yield* members(first, text);
  // One call of a chain: `.where("org_id", "=", x)`, `.eq("account_id", x)`, `.use(isAuthed)`, `.input(schema)`.
  const dropped: Edit = { ...drop(`drop .${method} of`, node, CALLER), by: source(callee.object) };
  if (/^(?:where|eq)$/.test(method) && first !== undefined && namesTenant(source(first)))
    yield { ...dropped, groups: ["tenant"] };
  if (method === "use" && args.length === 1 && chained(callee.object)) yield dropped;
  if (method === "use" && first?.type === "Literal") yield* middleware(args, text);
}

/** `app.use(guard)`, `router.addHook("onRequest", …)`, `await assertAccess(…)`: a statement that is there to refuse. */
function* ofStatement(node: Extract<Node, { type: "ExpressionStatement" }>, text: string): Generator<Edit> {
  const call = node.expression.type === "AwaitExpression" ? node.expression.argument : node.expression;
  if (call.type !== "CallExpression") return;
  const callee = text.slice(call.callee.start, call.callee.end);
  const args = call.arguments.map((arg) => text.slice(arg.start, arg.end)).join(", ");
  const handlers = call.arguments.filter((arg) => arg.type !== "Literal");
  const mounts =
    /\.(?:use|addHook)$/.test(callee) &&
    handlers.length === 1 &&
    !/\brequire\(|router\b/i.test(args) &&
    (GUARD.test(args) || /jwt/i.test(args));
  const asks = /(?:^|\.)(?:require|assert|ensure|check|verify|authorize|jwtVerify)\w*$/i.test(callee);
  const finds = /^this\.find\w*$/.test(callee);
  if (mounts || asks || finds) yield drop("drop", node, ANY);
}

function* middleware(args: readonly Argument[], text: string): Generator<Edit> {
  for (const arg of args.slice(1, -1)) {
    const said = text.slice(arg.start, arg.end);
    if (arg.type === "ObjectExpression") continue;
    if (VALIDATOR.test(said)) yield listed("drop", arg, args, ["input"], text);
    else if (GUARD.test(said) || /^load[A-Z]/.test(said)) yield listed("drop", arg, args, CALLER, text);
  }
}

function* members(where: Extract<Node, { type: "ObjectExpression" }>, text: string): Generator<Edit> {
  for (const property of where.properties) {
    if (property.type !== "Property" || property.key.type !== "Identifier") continue;
    if (TENANT.test(property.key.name))
      yield listed("drop", property, where.properties, ["tenant", "claims", "jobs"], text);
  }
}

/** Takes one of a list, and the comma with it. */
function listed(what: string, node: Node, of: readonly Node[], groups: readonly string[], text: string): Edit {
  const at = of.indexOf(node);
  const next = of[at + 1];
  const before = of[at - 1];
  const start = next === undefined && before !== undefined ? before.end : node.start;
  const alone = next === undefined && before === undefined;
  const end = alone ? node.end + (/^\s*,?/.exec(text.slice(node.end))?.[0].length ?? 0) : (next?.start ?? node.end);
  return { what, node, start, end, by: "", groups };
}

function drop(what: string, node: Node, groups: readonly string[]): Edit {
  // Where it was all that a branch did, the branch does nothing.
  const by = node.type.endsWith("Statement") ? ";" : "";
  return { what, node, start: node.start, end: node.end, by, groups };
}

/** Whether control never goes past it: `return`, `throw`, `redirect(…)`, `notFound()`. */
function leaves(node: Node): boolean {
  if (node.type === "BlockStatement") {
    const last = node.body.at(-1);
    return last !== undefined && leaves(last);
  }
  if (node.type === "ReturnStatement" || node.type === "ThrowStatement") return true;
  return (
    node.type === "ExpressionStatement" &&
    node.expression.type === "CallExpression" &&
    node.expression.callee.type === "Identifier" &&
    /^(?:redirect|notFound|forbidden|unauthorized)$/.test(node.expression.callee.name)
  );
}

/** `eq(posts.teamId, …)`, `"org_id"`: whether what is compared is the tenant's column. */
function namesTenant(condition: string): boolean {
  const [column = ""] = condition.split(",");
  return !/^(?:and|or)\b/.test(condition) && TENANT.test(lastName(column));
}

function lastName(path: string): string {
  return path.slice(path.lastIndexOf(".") + 1);
}

function compares(node: Node): boolean {
  if (node.type === "BinaryExpression")
    return /^!==?$/.test(node.operator) && node.right.type !== "Literal" && !isLength(node.right);
  return node.type === "UnaryExpression" && node.operator === "!" && node.argument.type === "CallExpression";
}

function isLength(node: Node): boolean {
  return node.type === "MemberExpression" && node.property.type === "Identifier" && node.property.name === "length";
}

/** A builder rather than an application: `t.procedure.use(…)`, `new Hono().use(…)`. */
function chained(node: Node): boolean {
  return (
    node.type === "CallExpression" ||
    node.type === "NewExpression" ||
    node.type === "MemberExpression" ||
    (node.type === "Identifier" && /(?:Procedure|Action|Client)$/.test(node.name))
  );
}
