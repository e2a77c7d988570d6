import type { Expression, Node } from "oxc-parser";
import { FALSE, TRUE, UNDEFINED, type Value, literal, opaque } from "../values/value.ts";
import { Facts } from "../values/facts.ts";
import { runEffect } from "../knowledge/effects/effect-value.ts";
import { assignTo, removeMember } from "./assign.ts";
import { heldForRole, isPlainKey } from "./by-role.ts";
import { bounded } from "./bounded.ts";
import { branch } from "./branch.ts";
import { evaluateCall, evaluateNew, evaluateTagged } from "./call.ts";
import { closureOf } from "./closure.ts";
import { lookUp } from "./look-up.ts";
import type { Machine } from "./machine.ts";
import { memberOf, propertyName } from "./member.ts";
import { fieldOf } from "./plain-member.ts";
import type { Scope } from "./scope.ts";
import { alternative, choose, join } from "./state.ts";
import { suppose } from "./suppose.ts";
import { evaluateJsx } from "./jsx.ts";
import { evaluateObject, evaluateTemplate, isStatement } from "./structures.ts";

const COMPARISONS = new Set(["===", "!==", "==", "!=", "<", ">", "<=", ">=", "instanceof", "in"]);

/** The value of an expression on the current path; learns and records on the way. */
export function evaluate(machine: Machine, node: Node, scope: Scope): Value {
  if (!machine.step()) return opaque("unfollowed");
  switch (node.type) {
    case "Literal":
      return "regex" in node && node.regex !== null && node.regex !== undefined
        ? { k: "derived", op: "pattern", args: [literal(node.regex.pattern)], place: { file: scope.file, node } }
        : literal(node.value as string | number | boolean | bigint | null);
    case "Identifier":
      return lookUp(machine, node.name, scope);
    case "ThisExpression":
      return scope.self ?? opaque("this");
    case "Super":
      return opaque("super");
    case "TemplateLiteral":
      return bounded(machine, evaluateTemplate(machine, node, scope));
    case "TaggedTemplateExpression":
      return bounded(machine, evaluateTagged(machine, node, scope));
    case "ObjectExpression":
      return bounded(machine, evaluateObject(machine, node, scope));
    case "ArrayExpression": {
      const items = node.elements.map((item) => {
        if (item === null) return UNDEFINED;
        if (item.type !== "SpreadElement") return machine.evaluate(item, scope);
        const spread = machine.evaluate(item.argument, scope);
        if (spread.k === "choice") {
          // `...(wanted ? [condition] : [])`
          const lists = spread.alternatives.flatMap((one) =>
            one.value.k === "list" && one.value.items.length > 0 ? [one.value] : [],
          );
          return lists[0] ?? elementOfSpread(spread);
        }
        return spread.k === "list" ? spread : elementOfSpread(spread);
      });
      return bounded(machine, {
        k: "list",
        madeUnder: machine.facts,
        items: items.flatMap((item, at) =>
          item.k === "list" && node.elements[at]?.type === "SpreadElement" ? [...item.items] : [item],
        ),
      });
    }
    case "FunctionExpression":
    case "ArrowFunctionExpression":
      return closureOf(node, scope, "");
    case "ClassExpression":
      return { k: "class", node, scope, file: scope.file };
    case "CallExpression":
      return bounded(machine, evaluateCall(machine, node, scope));
    case "NewExpression":
      return bounded(machine, evaluateNew(machine, node, scope));
    case "ImportExpression":
      return importOf(machine, node.source, scope);
    case "ChainExpression":
      return machine.evaluate(node.expression, scope);
    case "ParenthesizedExpression":
    case "TSAsExpression":
    case "TSSatisfiesExpression":
    case "TSNonNullExpression":
    case "TSTypeAssertion":
    case "TSInstantiationExpression":
      return machine.evaluate(node.expression, scope);
    case "MemberExpression": {
      const object = machine.evaluate(node.object, scope);
      const name = propertyName(machine, node, scope);
      const field = fieldOf(object, name);
      if (field !== null) return field;
      const place = { file: scope.file, node };
      const member = memberOf(machine, object, name, place, node.optional || isOptional(node.object));
      return name === "*" && node.computed && isPlainKey(node.property)
        ? (heldForRole(machine.evaluate(node.property, scope), object, member, place) ?? member)
        : member;
    }
    case "AwaitExpression":
      return machine.consume(machine.evaluate(node.argument, scope), { file: scope.file, node });
    case "YieldExpression":
      // `yield* effect` gives what the effect does, as `await` gives what a promise does.
      if (node.argument === null) return UNDEFINED;
      return node.delegate
        ? runEffect(machine, machine.evaluate(node.argument, scope), { file: scope.file, node })
        : machine.consume(machine.evaluate(node.argument, scope), { file: scope.file, node });
    case "UnaryExpression":
      return bounded(machine, evaluateUnary(machine, node, scope));
    case "UpdateExpression":
      return opaque("number");
    case "BinaryExpression": {
      const left = node.left.type === "PrivateIdentifier" ? opaque("private") : machine.evaluate(node.left, scope);
      const right = machine.evaluate(node.right, scope);
      if (left.k === "literal" && right.k === "literal" && /^[=!]==?$/.test(node.operator)) {
        const same = left.value === right.value;
        return node.operator.startsWith("=") ? (same ? TRUE : FALSE) : same ? FALSE : TRUE;
      }
      // What is done only on a developer's machine is not judged.
      if (
        isNodeEnv(left) &&
        right.k === "literal" &&
        /^(?:development|test|dev)$/.test(String(right.value)) &&
        /^[=!]==?$/.test(node.operator)
      ) {
        return node.operator.startsWith("=") ? FALSE : TRUE;
      }
      if (COMPARISONS.has(node.operator))
        machine.record({ kind: "compare", left, right, op: node.operator, place: { file: scope.file, node } });
      if (node.operator === "+" && left.k === "literal" && right.k === "literal" && typeof left.value === "string") {
        return literal(`${left.value}${String(right.value)}`);
      }
      const value = bounded(machine, {
        k: "derived",
        op: node.operator,
        args: [left, right],
        place: { file: scope.file, node },
      });
      if (node.operator === "+" && isStatement(left))
        machine.record({ kind: "sql", text: value, sent: false, place: { file: scope.file, node } });
      return value;
    }
    case "LogicalExpression":
      return bounded(machine, evaluateLogical(machine, node, scope));
    case "ConditionalExpression": {
      let decided: Value | null = null;
      const { yes, no } = branch(machine, node.test, scope, (value) => (decided = value));
      if (decided !== null && yes !== null && no !== null) {
        machine.state = yes;
        const place = { file: scope.file, node: node.test };
        machine.record({ kind: "choose", value: decided, consequent: node.consequent, place });
      }
      machine.state = yes;
      const first = yes === null ? UNDEFINED : machine.evaluate(node.consequent, scope);
      const one = machine.state;
      machine.state = no;
      const second = no === null ? UNDEFINED : machine.evaluate(node.alternate, scope);
      const other = machine.state;
      machine.state = join(one, other);
      if (one === null) return second;
      if (other === null) return first;
      const common = machine.facts;
      return bounded(
        machine,
        choose([alternative(first, one.facts, common), alternative(second, other.facts, common)]),
      );
    }
    case "AssignmentExpression":
      return assignTo(machine, node, scope);
    case "SequenceExpression": {
      let last: Value = UNDEFINED;
      for (const one of node.expressions) last = machine.evaluate(one, scope);
      return last;
    }
    case "JSXElement":
    case "JSXFragment":
      return bounded(machine, evaluateJsx(machine, node, scope));
    case "SpreadElement":
      return machine.evaluate(node.argument, scope);
    default:
      return opaque(node.type);
  }
}

function isNodeEnv(value: Value): boolean {
  if (value.k === "choice") return value.alternatives.some((one) => isNodeEnv(one.value));
  return value.k === "env" && value.name === "NODE_ENV";
}

function elementOfSpread(value: Value): Value {
  return value.k === "rows" || value.k === "client"
    ? { ...value, path: value.path === "" ? "[]" : `${value.path}.[]` }
    : value;
}

/** `a?.b.c`: the whole chain stops at a missing `a`, so `.c` proves nothing of it. */
function isOptional(node: Node): boolean {
  if (node.type === "MemberExpression" || node.type === "CallExpression") {
    return node.optional || isOptional(node.type === "MemberExpression" ? node.object : node.callee);
  }
  return false;
}

function evaluateUnary(machine: Machine, node: Extract<Expression, { type: "UnaryExpression" }>, scope: Scope): Value {
  if (node.operator === "delete") {
    removeMember(machine, node.argument, scope);
    return TRUE;
  }
  const inner = machine.evaluate(node.argument, scope);
  if (node.operator === "void") return UNDEFINED;
  if (node.operator === "!") {
    if (inner.k === "literal") return inner.value ? FALSE : TRUE;
    return { k: "derived", op: "!", args: [inner], place: { file: scope.file, node } };
  }
  if (node.operator === "typeof")
    return { k: "derived", op: "typeof", args: [inner], place: { file: scope.file, node } };
  if (node.operator === "+" || node.operator === "-" || node.operator === "~") {
    if (inner.k === "literal" && typeof inner.value === "number")
      return literal(node.operator === "-" ? -inner.value : inner.value);
    return { k: "derived", op: "number", args: [inner], place: { file: scope.file, node } };
  }
  return opaque("unary");
}

function evaluateLogical(
  machine: Machine,
  node: Extract<Expression, { type: "LogicalExpression" }>,
  scope: Scope,
): Value {
  const place = { file: scope.file, node };
  if (node.operator === "??") {
    const left = machine.evaluate(node.left, scope);
    const before = machine.state;
    if (left.k === "literal" && left.value !== null && left.value !== undefined) return left;
    if (isNothingSent(left, node.right)) return left;
    const right = machine.evaluate(node.right, scope);
    const after = machine.state;
    machine.state = join(before, after);
    machine.record({ kind: "fallback", left, right, op: "??", place });
    if (left.k === "literal") return right;
    if (after === null) {
      // `x ?? throw()`: nothing follows a missing x.
      if (before !== null) machine.state = suppose(left, true, before) ?? before;
      return present(left);
    }
    return choose([{ value: present(left), facts: Facts.none }, alternative(right, after.facts, machine.facts)]);
  }
  let left: Value = UNDEFINED;
  const { yes, no } = branch(machine, node.left, scope, (value) => (left = value));
  if (node.operator === "||" && isNothingSent(left, node.right)) {
    machine.state = join(yes, no);
    return left;
  }
  const [stop, go] = node.operator === "&&" ? [no, yes] : [yes, no];
  machine.state = go;
  const right = go === null ? UNDEFINED : machine.evaluate(node.right, scope);
  const after = machine.state;
  machine.state = join(stop, after);
  if (node.operator === "||") machine.record({ kind: "fallback", left, right, op: "||", place });
  if (stop === null) return right;
  if (after === null) return node.operator === "||" ? present(left) : left;
  const common = machine.facts;
  const stopped = node.operator === "&&" ? (left.k === "literal" ? left : falsyOf(left)) : left;
  return choose([
    { ...alternative(stopped, stop.facts, common), truth: node.operator === "||" },
    alternative(right, after.facts, common),
  ]);
}

/** `req.body ?? {}`: where nothing was sent none of its fields is there, as of a body that has none of them. */
function isNothingSent(left: Value, right: Node): boolean {
  return left.k === "client" && right.type === "ObjectExpression" && right.properties.length === 0;
}

/** What is left of a value once nothing is ruled out. */
function present(value: Value): Value {
  if (value.k !== "choice") return value;
  const there = value.alternatives.filter(
    (one) => one.value.k !== "literal" || (one.value.value !== null && one.value.value !== undefined),
  );
  return there.length === 0 ? value : choose(there);
}

/** What `a && b` is when `a` decided: false or nothing, whatever else `a` might be. */
function falsyOf(value: Value): Value {
  return value.k === "derived" ? FALSE : UNDEFINED;
}

function importOf(machine: Machine, source: Node, scope: Scope): Value {
  if (source.type !== "Literal" || typeof source.value !== "string") return opaque("import");
  const found = machine.project.resolve(scope.file, source.value);
  if (found.kind === "file") return { k: "namespace", file: found.path };
  return { k: "foreign", from: source.value, name: "*", origin: found.kind === "package" ? "package" : "missing" };
}
