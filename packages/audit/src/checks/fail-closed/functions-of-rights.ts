import type { Node } from "oxc-parser";
import { catchAllows, defaultAllows } from "../../rules/catalogue.ts";
import { answersWhether, mayAnswerWhether, turnsAway } from "../../knowledge/answers-whether.ts";
import type { ProjectFile } from "../../project.ts";
import { receiverName } from "../../syntax/receiver-name.ts";
import { calledName } from "../../syntax/called-name.ts";
import { isFunction } from "../../syntax/is-function.ts";
import { children, walk, walkOwn } from "../../syntax/walk.ts";
import { answerOf, fallbacks, type Gates, mayRefuse } from "./gates.ts";
import { goesOnAnyway } from "./goes-on-anyway.ts";
import { PASSED, passedOnFailure } from "./passed-on-failure.ts";
import { lostAnswers } from "./lost-answers.ts";
import { MAY_SAY_YES, yesWhereNobodyAsks } from "./yes-where-nobody-asks.ts";

/** One of these stands in every text in which such a function could say yes by mistake. */
const MAY_ALLOW = /\.(?:includes|has|some|indexOf)\(|\bcatch\b|\.ok\b|(?:\?\?|\|\|)[\s(]*true\b|\bdefault\s*:/;
const YES = /\btrue\b|\bnext\s*\(/;
/** What is asked fails, and an answer is given all the same. */
const LOSES =
  /\bcatch\b[^]{0,600}?\b(?:true|false|null|undefined)\b|(?:\.ok|\.status(?:Code)?\b[^)\n]{0,20})\)\s*\{?\s*return (?:true|false)/;

/** A catch in something that lets go on. */
const GOES_ON =
  /\bcatch\b[^]{0,400}?\b(?:next|handler|handle|fn|action|inner|callback|route|controller|resolver|resolve|execute|proceed)\s*\(|\breply\b[^]{0,2000}?\bcatch\b/;

interface Seen {
  readonly rule: typeof catchAllows;
  readonly node: Node;
  readonly message: string;
}

/** What can be seen in the text of any function that answers whether somebody may. */
export function checkFunctions({ text, module, syntax }: ProjectFile, gates: Gates): Seen[] {
  const found: Seen[] = [];
  const isServer = !module.directives.has("use client");
  const mayBeAsked = MAY_ALLOW.test(text) && YES.test(text) && mayAnswerWhether(text);
  const mayLose = isServer && LOSES.test(text);
  if (mayLose && (mayRefuse(text) || text.includes("notFound(")))
    for (const node of lostAnswers(syntax.program)) found.push(lost(node));
  if (text.includes(".fallback("))
    for (const node of fallbacks(syntax.program, (name) => answersWhether(name) || gates(name) === "grants"))
      found.push(lost(node));
  if (isServer && GOES_ON.test(text) && mayRefuse(text))
    for (const node of goesOnAnyway(syntax.program, text)) found.push(lost(node));
  if (isServer && PASSED.test(text) && mayRefuse(text))
    for (const node of passedOnFailure(syntax.program)) found.push(lost(node));
  if (isServer && MAY_SAY_YES.test(text) && mayRefuse(text) && mayAnswerWhether(text))
    for (const node of yesWhereNobodyAsks(syntax.program))
      found.push({ rule: defaultAllows, node, message: "Where there is nothing to ask, everybody is allowed." });
  if (!mayBeAsked && !mayLose) return found;
  const visit = (node: Node, name: string): void => {
    let named = name;
    if (node.type === "VariableDeclarator" && node.id.type === "Identifier") named = node.id.name;
    if ((node.type === "Property" || node.type === "MethodDefinition") && node.key.type === "Identifier")
      named = node.key.name;
    if ((node.type === "FunctionDeclaration" || node.type === "FunctionExpression") && node.id !== null)
      named = node.id.name;
    if (
      node.type === "AssignmentExpression" &&
      node.left.type === "MemberExpression" &&
      node.left.property.type === "Identifier" &&
      node.left.property.name !== "exports"
    )
      named = node.left.property.name;
    if (isFunction(node) && answersWhether(named)) judgeFunction(node, named, found);
    else if (isFunction(node) && isServer && named !== "") judgeByUse(node, named, gates, found);
    const inside = children(node);
    for (let at = 0; at < inside.length; at += 1) visit(inside[at] as Node, named);
  };
  visit(syntax.program, "");
  return found;
}

function lost(node: Node): Seen {
  return { rule: catchAllows, node, message: LOST };
}
const LOST = "When the check itself fails, the answer is yes.";

/** A function whose name says nothing, and whose answer decides who is refused; one that says who is turned away. */
function judgeByUse(fn: Node, name: string, gates: Gates, found: Seen[]): void {
  const gate = turnsAway(name) ? "refuses" : gates(name);
  if (gate !== null)
    for (const node of answersAtFailure(fn, gate === "grants" ? allows : denies)) found.push(lost(node));
}

/** What it answers where what it asks fails, if that is what is wanted. */
function answersAtFailure(fn: Node, wanted: (node: Node) => boolean): Node[] {
  if (!isFunction(fn) || fn.body === null) return [];
  const found: Node[] = [];
  for (const node of walkOwn(fn.body)) {
    if (node.type === "CatchClause") {
      for (const inner of walkOwn(node.body))
        if (inner.type === "ReturnStatement" && inner.argument !== null && wanted(inner.argument)) found.push(inner);
    } else if (node.type === "IfStatement" && isUnanswered(node.test)) {
      const given = onlyOf(node.consequent);
      if (given !== null && wanted(given)) found.push(given);
    } else if (node.type === "CallExpression" && calledName(node) === "catch") {
      const given = answerOf(node.arguments[0]);
      if (given !== null && wanted(given)) found.push(node);
    }
  }
  return found;
}

/** `!response.ok`, `response.status !== 200`: who was asked did not answer. */
function isUnanswered(test: Node): boolean {
  if (test.type === "UnaryExpression")
    return (
      test.operator === "!" &&
      test.argument.type === "MemberExpression" &&
      test.argument.property.type === "Identifier" &&
      test.argument.property.name === "ok"
    );
  return (
    test.type === "BinaryExpression" &&
    /^(?:!==?|>=?)$/.test(test.operator) &&
    test.left.type === "MemberExpression" &&
    test.left.property.type === "Identifier" &&
    /^status(?:Code)?$/.test(test.left.property.name)
  );
}

function judgeFunction(fn: Node, name: string, found: Seen[]): void {
  if (!isFunction(fn) || fn.body === null) return;
  for (const node of walk(fn.body)) {
    if (node.type === "CatchClause") {
      for (const inner of walk(node.body)) {
        const given =
          inner.type === "ReturnStatement"
            ? inner.argument
            : inner.type === "ExpressionStatement" && inner.expression.type !== "Literal"
              ? inner.expression
              : null;
        if (given !== null && allows(given) && !found.some((one) => one.node === inner)) {
          found.push(lost(inner));
        }
      }
    }
    if (
      node.type === "LogicalExpression" &&
      (node.operator === "??" || node.operator === "||") &&
      node.right.type === "Literal" &&
      node.right.value === true &&
      !found.some((one) => one.node === node)
    ) {
      found.push({ rule: defaultAllows, node, message: "What is not known is allowed." });
    }
    if (node.type === "LogicalExpression" && node.operator === "||" && node.left.type === "UnaryExpression") {
      // `!scopes || scopes.includes(scope)`
      if (node.left.operator === "!" && asksOf(node.right, node.left.argument))
        found.push({ rule: defaultAllows, node, message: "Where there is no list, everybody is allowed." });
    }
    if (node.type === "IfStatement" && isUnanswered(node.test)) {
      const given = onlyOf(node.consequent);
      if (given !== null && allows(given)) found.push(lost(given));
    }
    if (node.type === "IfStatement") {
      const list = missingIn(node.test);
      const given = onlyOf(node.consequent);
      if (
        list !== null &&
        ALLOWS.test(nameOf(list)) &&
        !(isCounted(node.test) && RESTRICTS.test(`${name} ${nameOf(list)}`)) &&
        given !== null &&
        allows(given) &&
        [...walk(fn.body)].some((one) => asksOf(one, list)) &&
        !isOfDecorators(fn.body, list)
      )
        found.push({ rule: defaultAllows, node: given, message: "Where there is no list, everybody is allowed." });
    }
    if (node.type === "SwitchStatement" && !tellsClosed(node)) {
      for (const inner of node.cases.find(({ test }) => test === null)?.consequent ?? []) {
        if (inner.type === "ReturnStatement" && inner.argument?.type === "Literal" && inner.argument.value === true) {
          found.push({ rule: defaultAllows, node: inner, message: "Whatever the switch does not name is allowed." });
        }
      }
    }
    if (
      node.type === "CallExpression" &&
      node.callee.type === "MemberExpression" &&
      node.callee.property.type === "Identifier" &&
      node.callee.property.name === "catch"
    ) {
      const [handler] = node.arguments;
      if (
        handler !== undefined &&
        isFunction(handler) &&
        handler.body !== null &&
        (handler.body.type === "ParenthesizedExpression" ? grants(handler.body.expression) : grants(handler.body))
      ) {
        found.push({ rule: catchAllows, node, message: LOST });
      }
    }
  }
}

/** `list.includes(…)`, `list.has(…)`, `list.some(…)` of that very list. */
function asksOf(node: Node, list: Node): boolean {
  return (
    node.type === "CallExpression" &&
    node.callee.type === "MemberExpression" &&
    node.callee.property.type === "Identifier" &&
    /^(?:includes|has|some|indexOf)$/.test(node.callee.property.name) &&
    same(node.callee.object, list)
  );
}

function same(one: Node, other: Node): boolean {
  if (one.type === "Identifier" && other.type === "Identifier") return one.name === other.name;
  return (
    one.type === "MemberExpression" &&
    other.type === "MemberExpression" &&
    same(one.property, other.property) &&
    same(one.object, other.object)
  );
}

/** The list that a test finds missing or empty: `!list`, `list.length === 0`. */
function missingIn(test: Node): Node | null {
  const counted = (node: Node): Node | null =>
    node.type === "MemberExpression" && node.property.type === "Identifier" && node.property.name === "length"
      ? node.object
      : null;
  if (test.type === "UnaryExpression" && test.operator === "!") return counted(test.argument) ?? test.argument;
  if (test.type === "BinaryExpression" && /^===?$/.test(test.operator) && test.right.type === "Literal")
    return test.right.value === 0 ? counted(test.left) : null;
  return null;
}

/** `const roles = this.reflector.get(ROLES, …)`: where a method is decorated with none, none was to be asked for. */
function isOfDecorators(body: Node, list: Node): boolean {
  if (list.type !== "Identifier") return false;
  for (const one of walk(body))
    if (
      one.type === "VariableDeclarator" &&
      one.id.type === "Identifier" &&
      one.id.name === list.name &&
      one.init?.type === "CallExpression"
    )
      return (
        /^get(?:AllAnd(?:Override|Merge)|All)?$/.test(calledName(one.init)) &&
        /reflector$/i.test(receiverName(one.init.callee))
      );
  return false;
}

/** A list of those who may; one of restrictions or requirements may well be empty. */
/**
 * `switch (page.visibility) { case "private": …; case "members": …; default: return true }`: how a thing is shut is told
 * for each way of it, and to be open is none of them.
 */
function tellsClosed({ discriminant, cases }: Extract<Node, { type: "SwitchStatement" }>): boolean {
  if (discriminant.type !== "MemberExpression" || discriminant.property.type !== "Identifier") return false;
  if (!/^(?:permission|visibility|privacy|access|sharing|shared|audience)$/i.test(discriminant.property.name))
    return false;
  if (
    discriminant.object.type !== "Identifier" ||
    /^(?:user|me|req|ctx|session|member|caller|actor|role)/i.test(discriminant.object.name)
  )
    return false;
  const named = cases.flatMap(({ test }) => (test?.type === "Literal" ? [String(test.value)] : []));
  return named.length > 1 && named.every((one) => SHUT.test(one));
}
const SHUT =
  /^(?:private|protected|limited|restricted|internal|hidden|closed|locked|secret|members?(?:[-_ ]only)?|team|owner|password|unlisted|invite[-_ ]?only|signed[-_ ]?in|logged[-_ ]?in|registered|subscribers?|friends|followers|paid)$/i;

const ALLOWS = /allow|white|scope|permission|role|grant|^list$|members?$|ips?$|origins?$/i;

/** From where, of which address: a restriction that is switched on by naming somebody. */
const RESTRICTS =
  /network|address|cidr|(?:^|[^a-z])ips?(?:[^a-z]|$)|[a-z](?:Ips?|IP)(?![a-z])|ip_?(?:allow|list|range)|range|origin|domain|countr|region|geo|referer|host/i;

function isCounted(test: Node): boolean {
  return [...walk(test)].some(
    (node) =>
      node.type === "MemberExpression" && node.property.type === "Identifier" && node.property.name === "length",
  );
}

function nameOf(node: Node): string {
  if (node.type === "Identifier") return node.name;
  return node.type === "MemberExpression" && node.property.type === "Identifier" ? node.property.name : "";
}

/** What a branch that does nothing else answers. */
export function onlyOf(node: Node): Node | null {
  if (node.type === "ReturnStatement") return node.argument;
  const [only, ...more] = node.type === "BlockStatement" ? node.body : [];
  return only?.type === "ReturnStatement" && more.length === 0 ? only.argument : null;
}

/** `true`, or what would be found of somebody who may: `{ role: "viewer" }`. */
function grants(node: Node): boolean {
  return (
    allows(node) ||
    (node.type === "ObjectExpression" &&
      node.properties.some(
        (one) =>
          one.type === "Property" &&
          one.key.type === "Identifier" &&
          /^(?:role|roles|permissions|scopes|member)$/.test(one.key.name) &&
          !(one.value.type === "ArrayExpression" && one.value.elements.length === 0) &&
          !(one.value.type === "Literal" && one.value.value === null),
      ))
  );
}

/** What a function that says who is turned away answers when nobody is. */
function denies(node: Node): boolean {
  return node.type === "Literal" && (node.value === false || node.raw === "null");
}

/** true, `{ allowed: true }`, `next()`, NextResponse.next(). */
export function allows(node: Node): boolean {
  if (node.type === "Literal") return node.value === true;
  if (node.type === "ObjectExpression") {
    return node.properties.some(
      (one) =>
        one.type === "Property" &&
        one.key.type === "Identifier" &&
        /^(?:allow|allowed|ok|valid|authorized|granted|success|hasAccess|entitled|isValid|permitted|pass|result)$/.test(
          one.key.name,
        ) &&
        one.value.type === "Literal" &&
        one.value.value === true,
    );
  }
  if (node.type === "AwaitExpression") return allows(node.argument);
  if (node.type === "CallExpression") {
    if (node.callee.type === "Identifier") return node.callee.name === "next" && node.arguments.length === 0;
    return (
      node.callee.type === "MemberExpression" &&
      node.callee.property.type === "Identifier" &&
      node.callee.property.name === "next" &&
      node.callee.object.type === "Identifier" &&
      node.callee.object.name.endsWith("Response")
    );
  }
  return false;
}
