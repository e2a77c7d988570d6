import type { Node } from "oxc-parser";
import { describeCall } from "../knowledge/call.ts";
import { modelled } from "../knowledge/models.ts";
import { Facts } from "../values/facts.ts";
import { standing } from "../values/standing.ts";
import { type Alternative, LEFT_OUT, NULL, opaque, UNDEFINED, type Place, type Value } from "../values/value.ts";
import { boundedAll } from "./bounded.ts";
import { construct } from "./class.ts";
import type { Machine } from "./machine.ts";
import { memberOf, propertyName } from "./member.ts";
import type { Scope } from "./scope.ts";
import { choose, join, type State, withFacts } from "./state.ts";

export function evaluateCall(machine: Machine, node: Extract<Node, { type: "CallExpression" }>, scope: Scope): Value {
  const place: Place = { file: scope.file, node };
  const target = bare(node.callee);
  let callee: Value;
  if (target.type === "MemberExpression") {
    const object = machine.evaluate(target.object, scope);
    callee = memberOf(
      machine,
      object,
      propertyName(machine, target, scope),
      place,
      target.optional || node.optional || inChain(target.object),
    );
  } else callee = machine.evaluate(target, scope);
  const args = evaluateArguments(machine, node.arguments, scope);
  if (machine.state === null) return UNDEFINED;
  return call(machine, callee, args, place);
}

/** `a?.b()`: what follows a missing `a` is not run, and shows nothing of it. */
function inChain(node: Node): boolean {
  return (
    (node.type === "MemberExpression" && (node.optional || inChain(node.object))) ||
    (node.type === "CallExpression" && (node.optional || inChain(node.callee)))
  );
}

function bare(node: Node): Node {
  return node.type === "TSNonNullExpression" ||
    node.type === "ParenthesizedExpression" ||
    node.type === "TSAsExpression" ||
    node.type === "TSInstantiationExpression" ||
    node.type === "ChainExpression"
    ? bare(node.expression)
    : node;
}

function evaluateArguments(machine: Machine, nodes: readonly Node[], scope: Scope): Value[] {
  const args: Value[] = [];
  for (let at = 0; at < nodes.length; at += 1) {
    const node = nodes[at] as Node;
    if (node.type === "SpreadElement") {
      const spread = machine.evaluate(node.argument, scope);
      if (spread.k === "list") args.push(...spread.items.map((item) => itemHere(machine, item)));
      else args.push(spread);
    } else args.push(machine.evaluate(node, scope));
  }
  return args.length < 4 ? args : boundedAll(machine, args);
}

/** What was added to a list only where something was asked for is there for certain on that way. */
function itemHere(machine: Machine, item: Value): Value {
  if (item.k !== "choice" || !item.alternatives.some((one) => one.value === LEFT_OUT)) return item;
  const [only, ...more] = standing(item, machine.facts);
  return only === undefined || more.length > 0 ? item : only.value;
}

/** Calls a value: follows the code where it is seen, and asks what is known of it where it is not. */
export function call(machine: Machine, callee: Value, args: readonly Value[], place: Place): Value {
  switch (callee.k) {
    case "closure":
    case "continuation":
      return machine.invoke(callee, args, place);
    case "literal":
      return UNDEFINED;
    // `req.isAuthenticated()`, `locals.auth()`.
    case "principal":
      // `fastify.auth([verifyToken, verifyAdmin])`: what it is made of.
      if (args[0]?.k === "list" && /(?:^|\.)auth$/.test(callee.path)) return args[0];
      return {
        k: "choice",
        alternatives: [
          { value: callee, facts: Facts.none },
          { value: NULL, facts: Facts.none },
        ],
      };
    case "choice": {
      const before = machine.state;
      if (before === null) return UNDEFINED;
      let after: State | null = null;
      const results: { value: Value; facts: typeof before.facts }[] = [];
      for (const one of callable(callee.alternatives).slice(0, 4)) {
        machine.state = withFacts(before, before.facts.and(one.facts));
        const value = call(machine, one.value, args, place);
        // What was shown by the one that was called goes with its answer.
        const shown = machine.state?.facts.beyond(before.facts);
        results.push({ value, facts: shown === undefined ? one.facts : one.facts.and(shown) });
        after = join(after, machine.state);
      }
      machine.state = results.length === 0 ? before : after;
      return results.length === 0 ? opaque("call") : choose(results);
    }
    default:
      return modelled(describeCall(machine, callee, args, place));
  }
}

/** Which of several may be called; `(settings.admins ?? []).some(…)` finds nothing in the list that is empty. */
function callable(alternatives: readonly Alternative[]): readonly Alternative[] {
  const functions = alternatives.filter(({ value }) => value.k !== "literal");
  const filled = functions.filter(
    ({ value }) => !(value.k === "chain" && value.root.k === "list" && value.root.items.length === 0),
  );
  return filled.length === 0 ? functions : filled;
}

export function evaluateNew(machine: Machine, node: Extract<Node, { type: "NewExpression" }>, scope: Scope): Value {
  const callee = machine.evaluate(node.callee, scope);
  const args = evaluateArguments(machine, node.arguments, scope);
  const place: Place = { file: scope.file, node };
  if (callee.k === "class") return construct(machine, callee, args);
  return modelled(describeCall(machine, callee, args, place, true));
}

export function evaluateTagged(
  machine: Machine,
  node: Extract<Node, { type: "TaggedTemplateExpression" }>,
  scope: Scope,
): Value {
  const place: Place = { file: scope.file, node };
  const parts: Value[] = node.quasi.quasis.map((quasi) => ({ k: "literal", value: quasi.value.cooked ?? "" }));
  const inner = node.quasi.expressions.map((one) => machine.evaluate(one, scope));
  const target = bare(node.tag);
  const callee =
    target.type === "MemberExpression"
      ? memberOf(machine, machine.evaluate(target.object, scope), propertyName(machine, target, scope), place, true)
      : machine.evaluate(target, scope);
  return modelled(
    describeCall(
      machine,
      callee,
      [{ k: "derived", op: "tagged", args: [{ k: "list", items: parts }, ...inner], place }],
      place,
    ),
  );
}
