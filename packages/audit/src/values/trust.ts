import type { Evidence, Facts } from "./facts.ts";
import { keyOf } from "./key.ts";
import { type Condition, comparisons, type Query } from "./query.ts";
import type { Value } from "./value.ts";

/** May the principal use this value? `sure` shown by code that was seen, `presumed` by a name, null: nothing says so. */
export type Trust = "sure" | "presumed" | null;

const MAX_DEPTH = 12;

export function trustOf(value: Value, facts: Facts, depth = 0): Trust {
  if (depth > MAX_DEPTH) return null;
  const known = facts.get(`ok:${keyOf(value)}`);
  if (known !== undefined) return known.sure ? "sure" : "presumed";
  switch (value.k) {
    case "principal":
      return value.sure ? "sure" : "presumed";
    case "rows": {
      const row = facts.get(`row:${value.query.id}`);
      if (row !== undefined) return row.sure ? "sure" : "presumed";
      if (value.query.verb === "create") return "sure"; // it did not exist before
      // A list that was scoped needs no test: there is nothing in it but what was asked for.
      return value.query.verb === "list" ? scopeOf(value.query.where, facts, depth + 1) : null;
    }
    case "request":
      return null;
    case "client": {
      // The whole was authorised, so are its parts: `ok` of an item of a list, of an object that was looked up.
      const dot = value.path.lastIndexOf(".");
      if (dot === -1) return null;
      return trustOf({ ...value, path: value.path.slice(0, dot) }, facts, depth + 1);
    }
    case "choice": {
      let least: Trust = "sure";
      let any = false;
      for (const { value: one, facts: own } of value.alternatives) {
        if (one.k === "literal" && (one.value === null || one.value === undefined)) continue;
        const trust = one.k === "literal" ? "sure" : trustOf(one, facts.and(own), depth + 1);
        if (trust === null) return null;
        if (trust === "presumed") least = "presumed";
        any = true;
      }
      return any ? least : null;
    }
    case "pending":
      return trustOf(value.value, facts, depth + 1);
    case "derived":
      return strongest(value.args, facts, depth);
    case "list":
      return value.items.length === 0 ? null : weakest(value.items, facts, depth);
    case "struct":
      return strongest([...value.props.values(), ...value.spreads], facts, depth);
    case "chain": {
      // What code that is not seen made of a trusted value is taken for the principal's own.
      const args = value.steps.flatMap((step) => (step.kind === "member" ? [] : [...step.args]));
      const trust = strongest([value.root, ...args], facts, depth);
      return trust === null ? null : "presumed";
    }
    default:
      return null;
  }
}

function strongest(values: readonly Value[], facts: Facts, depth: number): Trust {
  let found: Trust = null;
  for (const value of values) {
    const trust = trustOf(value, facts, depth + 1);
    if (trust === "sure") return "sure";
    if (trust !== null) found = trust;
  }
  return found;
}

function weakest(values: readonly Value[], facts: Facts, depth: number): Trust {
  let found: Trust = "sure";
  for (const value of values) {
    const trust = trustOf(value, facts, depth + 1);
    if (trust === null) return null;
    if (trust === "presumed") found = "presumed";
  }
  return found;
}

/** Does the condition confine the rows to what the principal may use? */
export function scopeOf(condition: Condition | null, facts: Facts, depth = 0): Trust {
  if (condition === null || depth > MAX_DEPTH) return null;
  switch (condition.kind) {
    case "compare":
      return condition.op === "other" ? null : trustOf(condition.value, facts, depth + 1);
    case "unknown":
      return trustOf(condition.value, facts, depth + 1) === null ? null : "presumed";
    case "all": {
      let found: Trust = null;
      for (const one of condition.of) {
        const trust = scopeOf(one, facts, depth + 1);
        if (trust === "sure") return "sure";
        if (trust !== null) found = trust;
      }
      return found;
    }
    case "any": {
      let found: Trust = "sure";
      for (const one of condition.of) {
        const trust = scopeOf(one, facts, depth + 1);
        if (trust === null) return null;
        if (trust === "presumed") found = "presumed";
      }
      return condition.of.length === 0 ? null : found;
    }
  }
}

/** Field names under which only a secret or an unguessable value is stored: whoever has it may use the row. */
const CAPABILITY =
  /(?:token|secret|hash|signature|otp|nonce|api_?key|access_?key|invite_?code|share_?(?:id|key|code|link)|public_?(?:id|key)|session_?id|verification|reset_?code|magic|state|code_?verifier|challenge)$|^(?:code|key|jti|sid)$/i;

/** A look-up by a credential: by an unguessable field, or by what came in a cookie or an authorisation header. */
export function isCapability(query: Query): boolean {
  return comparisons(query.where).some(({ field, value, op }) => {
    if (op === "other") return false;
    const last = field.slice(field.lastIndexOf(".") + 1);
    return CAPABILITY.test(last) ? clientOf(value) !== null : isCredential(value);
  });
}

/** Comes from a cookie or from a header that carries a credential. */
export function isCredential(value: Value, depth = 0): boolean {
  if (depth > MAX_DEPTH) return false;
  switch (value.k) {
    case "client":
      return (
        (value.part === "cookie" &&
          !/org|workspace|tenant|team|space|locale|theme|lang|plan|role|cart|ref/i.test(value.path)) ||
        (value.part === "header" && CREDENTIAL_HEADER.test(value.path))
      );
    case "derived":
      return value.args.some((arg) => isCredential(arg, depth + 1));
    case "choice":
      return value.alternatives.some((one) => isCredential(one.value, depth + 1));
    case "pending":
      return isCredential(value.value, depth + 1);
    case "chain":
      return [value.root, ...value.steps.flatMap((step) => (step.kind === "member" ? [] : [...step.args]))].some(
        (one) => isCredential(one, depth + 1),
      );
    default:
      return false;
  }
}
const CREDENTIAL_HEADER = /authori[sz]ation|cookie|api[-_]?key|token|secret|credential|^$|session/i;

/** The first value chosen by the client inside this one, or null. */
export function clientOf(value: Value, depth = 0): Extract<Value, { k: "client" }> | null {
  for (const found of clientsOf(value, depth)) return found;
  return null;
}

/** Every value chosen by the client inside this one. */
export function* clientsOf(value: Value, depth = 0): Generator<Extract<Value, { k: "client" }>> {
  if (depth > MAX_DEPTH) return;
  switch (value.k) {
    case "client":
      yield value;
      return;
    case "derived":
      for (const arg of value.args) yield* clientsOf(arg, depth + 1);
      return;
    case "choice":
      for (const one of value.alternatives) yield* clientsOf(one.value, depth + 1);
      return;
    case "pending":
      yield* clientsOf(value.value, depth + 1);
      return;
    case "struct":
      for (const inner of value.props.values()) yield* clientsOf(inner, depth + 1);
      for (const spread of value.spreads) yield* clientsOf(spread, depth + 1);
      return;
    case "list":
      for (const item of value.items) yield* clientsOf(item, depth + 1);
      return;
    case "chain":
      yield* clientsOf(value.root, depth + 1);
      for (const step of value.steps) {
        if (step.kind !== "member") for (const arg of step.args) yield* clientsOf(arg, depth + 1);
      }
      return;
    default:
  }
}

/** Records that the principal may use the value, and what it was found by. */
export function authorise(value: Value, facts: Facts, evidence: Evidence, depth = 0): Facts {
  if (depth > MAX_DEPTH) return facts;
  switch (value.k) {
    case "client":
    case "opaque":
      return facts.with(`ok:${keyOf(value)}`, evidence);
    case "rows":
      return authoriseRow(value.query, facts, evidence, depth);
    case "derived":
      return value.args.length === 1 && value.args[0] !== undefined
        ? authorise(value.args[0], facts, evidence, depth + 1).with(`ok:${keyOf(value)}`, evidence)
        : facts.with(`ok:${keyOf(value)}`, evidence);
    case "choice":
      return value.alternatives.reduce((all, one) => authorise(one.value, all, evidence, depth + 1), facts);
    case "pending":
      return authorise(value.value, facts, evidence, depth + 1);
    case "chain": {
      // An object fetched by code that is not seen: `(await getProject(id)).ownerId === user.id` authorises `id`.
      let all = facts.with(`ok:${keyOf(value)}`, evidence);
      let steps = value.steps;
      while (steps.at(-1)?.kind === "member") {
        steps = steps.slice(0, -1);
        if (steps.length > 0) all = all.with(`ok:${keyOf({ ...value, steps })}`, evidence);
      }
      for (const step of steps) {
        if (step.kind !== "member") for (const arg of step.args) all = authorise(arg, all, evidence, depth + 1);
      }
      return all;
    }
    case "struct":
      return [...value.props.values()].reduce((all, one) => authorise(one, all, evidence, depth + 1), facts);
    case "list":
      return value.items.reduce((all, one) => authorise(one, all, evidence, depth + 1), facts);
    default:
      return facts;
  }
}

/** The row is the principal's, and so are the values that alone chose it. */
export function authoriseRow(query: Query, facts: Facts, evidence: Evidence, depth = 0): Facts {
  let all = facts.with(`row:${query.id}`, evidence);
  for (const { op, value } of comparisons(query.where)) {
    if (op === "equal") all = authorise(value, all, evidence, depth + 1);
  }
  return all;
}
