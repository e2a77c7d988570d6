import type { Node } from "oxc-parser";
import { isRoleName } from "../knowledge/names.ts";
import type { Facts } from "../values/facts.ts";
import { trustOf } from "../values/trust.ts";
import { opaque, type Place, type Value } from "../values/value.ts";
import { lastName } from "./last-name.ts";
import { evidence, knowPrincipal, knowRow } from "./learn.ts";

type OfRole = Extract<Value, { k: "derived" }>;

/** What a table holds for the role of somebody: `RIGHTS[member.role]`, `RANK[seat.role]`. To ask it is to ask the role. */
export function heldForRole(key: Value, table: Value, held: Value, place: Place): Value | null {
  if (table.k !== "struct" && table.k !== "foreign" && table.k !== "chain" && table.k !== "list") return null;
  const role = roleIn(key);
  if (role === null || mayBeCalled(held)) return null;
  return { k: "derived", op: "of-role", args: [role, held], place };
}

/** A key that may be looked at twice. */
export function isPlainKey(node: Node): boolean {
  switch (node.type) {
    case "Identifier":
      return true;
    case "MemberExpression":
      return !node.computed && isPlainKey(node.object);
    case "ChainExpression":
    case "TSAsExpression":
    case "TSNonNullExpression":
      return isPlainKey(node.expression);
    case "LogicalExpression":
      return isPlainKey(node.left) && node.right.type === "Literal";
    // `c.get("membership").role`
    case "CallExpression":
      return (
        node.arguments.length === 1 &&
        node.arguments[0]?.type === "Literal" &&
        node.callee.type === "MemberExpression" &&
        !node.callee.computed &&
        node.callee.property.type === "Identifier" &&
        node.callee.property.name === "get" &&
        isPlainKey(node.callee.object)
      );
    default:
      return false;
  }
}

export function isOfRole(value: Value): value is OfRole {
  return value.k === "derived" && value.op === "of-role";
}

/** `RIGHTS[role].members`, `RIGHTS[role]?.[right]`: of the same role. */
export function memberOfRole(value: OfRole, name: string): Value {
  return { ...value, args: [value.args[0] ?? opaque("role"), opaque(name)] };
}

/** What is known once an answer about a role was asked; null where the value is none. */
export function knowRole(value: Value, facts: Facts, place: Place): Facts | null {
  const role = askedOf(value);
  if (role === null || trustOf(role, facts) === null) return null;
  const known = facts.with("role", evidence("what the role may do was looked up", place));
  if (role.k === "principal") return knowPrincipal(role, known);
  return role.k === "rows" ? knowRow(role, known) : known;
}

function askedOf(value: Value): Value | null {
  if (isOfRole(value)) return value.args[0] ?? null;
  if (value.k === "choice") return firstOf(value.alternatives.map((one) => askedOf(one.value)));
  // `rankOf(seat.role) < rankOf("admin")`.
  if (value.k !== "chain") return null;
  return firstOf(
    value.steps.flatMap((step) => (step.kind === "call" ? step.args.map((arg) => askedOf(arg) ?? roleIn(arg)) : [])),
  );
}

function roleIn(value: Value): Value | null {
  if (value.k === "choice") return firstOf(value.alternatives.map((one) => roleIn(one.value)));
  return (value.k === "rows" || value.k === "principal") &&
    isRoleName(value.path) &&
    !/plan|tier|type$/i.test(value.path)
    ? value
    : null;
}

function firstOf(values: readonly (Value | null)[]): Value | null {
  return values.find((one) => one !== null) ?? null;
}

function mayBeCalled(value: Value): boolean {
  return value.k === "closure" || (value.k === "choice" && value.alternatives.some((one) => mayBeCalled(one.value)));
}

/** `user.roles.includes(Role.MODERATOR)`: which role was asked of whom; null where it is a permission, or no constant. */
export function roleAsked(held: Value, wanted: Value): string | null {
  const path = held.k === "principal" || held.k === "rows" ? held.path : "";
  if (!/roles?$/i.test(path)) return null;
  if (wanted.k === "literal")
    return typeof wanted.value === "string" ? `the role ${wanted.value} was asked of ${path}` : null;
  const name = wanted.k === "chain" ? lastName(wanted) : "";
  return /^[A-Z]/.test(name) ? `the role ${name} was asked of ${path}` : null;
}
