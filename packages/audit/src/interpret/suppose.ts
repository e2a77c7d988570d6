import type { Facts } from "../values/facts.ts";
import { keyOf } from "../values/key.ts";
import { openRow } from "../values/trust.ts";
import {
  knowEach,
  evidence,
  isConstant,
  knowAnswer,
  knowEqual,
  knowLiteral,
  knowNoRefusal,
  knowOpen,
  knowPrincipal,
  knowRow,
} from "./learn.ts";
import { lastName } from "./last-name.ts";
import { knowPresented } from "./presented.ts";
import { isCount } from "./is-count.ts";
import { isNullish, thatMayEqual } from "./may-equal.ts";
import { typeOf } from "./type-of.ts";
import { DENIED, type Place, type Value } from "../values/value.ts";
import { knowRole } from "./by-role.ts";
import { asksForDeveloper } from "../knowledge/developers.ts";
import { isRefusalName } from "../knowledge/names.ts";
import { joinEither } from "./either.ts";
import { knownAs, ofClass, ofItsOwn, ofName, statusOf } from "./of-its-own.ts";
import { join, type State, withFacts } from "./state.ts";
import { isHeld, supposeIncludes } from "./suppose-includes.ts";

/** The path on which `value` is truthy (or falsy), with what that teaches; null when it cannot be. */
export function suppose(value: Value, truth: boolean, before: State): State | null {
  const implied = truth && before.facts.mayImply ? before.facts.get(`if:${keyOf(value)}`)?.implies : undefined;
  const state = implied === undefined ? before : withFacts(before, before.facts.and(implied));
  switch (value.k) {
    case "literal":
      return Boolean(value.value) === truth ? state : null;
    case "struct":
    case "list":
    case "closure":
    case "class":
    case "instance":
    case "namespace":
    case "response":
    case "pending":
    case "caught":
      // What was thrown is there; a field of it need not be.
      return truth || (value.k === "caught" && value.path !== "") ? knownAs(value, truth, state) : null;
    case "choice": {
      let found: State | null = null;
      for (const one of value.alternatives) {
        if (one.truth !== undefined && one.truth !== truth) continue;
        found = joinEither(found, suppose(one.value, truth, withFacts(state, state.facts.and(one.facts))));
      }
      return found;
    }
    case "principal":
      // `const { user, error } = await requireUser()`: without an error there is somebody.
      if (isRefusalName(value.path)) return truth ? state : withFacts(state, knowPrincipal(value, state.facts));
      return truth ? withFacts(state, present(value, knowPrincipal(value, state.facts))) : state;
    case "rows":
      if (truth) return withFacts(state, knowRow(value, state.facts));
      return value.path === "" || value.path === "[]" || RESTRICTED.test(value.path)
        ? withFacts(
            state,
            openRow(
              value.query,
              state.facts,
              evidence("there is no such row, or none that is kept from anybody", value.query.place),
            ),
          )
        : state;
    case "client":
      return withFacts(
        state,
        state.facts.with(`${truth ? "set" : "none"}:${keyOf(value)}`, evidence("it was tested", null)),
      );
    case "env":
      return truth ? withFacts(state, state.facts.with(`set:${keyOf(value)}`, evidence("it was tested", null))) : state;
    case "foreign":
      // What is done only on a developer's machine is not judged.
      return truth && asksForDeveloper(value) ? null : state;
    case "chain":
      if (truth && asksForDeveloper(value)) return null;
      // `session.isAdmin`: read, and not called.
      if (value.root.k === "principal" && value.steps.length === 1 && value.steps[0]?.kind === "member")
        return suppose({ ...value.root, path: `${value.root.path}.${value.steps[0].name}` }, truth, state);
      return withFacts(state, truth ? knowAnswer(value, state.facts) : knowNoRefusal(value, state.facts));
    case "derived":
      return supposeDerived(value, truth, state);
    default:
      return state;
  }
}

/** `if (board.private && board.ownerId !== me) return`: what is not private is for everybody. */
const RESTRICTED = /(?:^|\.)(?:is_?)?(?:private|restricted|secret|confidential|members?_?only|invite_?only)$/i;

/** Of a caller on the request it is kept which one was seen to be there. */
function present(value: Extract<Value, { k: "principal" }>, facts: Facts): Facts {
  return value.origin === null ? facts.with(`set:${keyOf(value)}`, evidence("it was tested", null)) : facts;
}

function supposeDerived(value: Extract<Value, { k: "derived" }>, truth: boolean, state: State): State | null {
  const [left, right] = value.args;
  if (left === undefined) return state;
  switch (value.op) {
    case "!":
      return suppose(left, !truth, state);
    case "boolean":
    case "number":
    case "string":
    case "trimmed":
      return suppose(left, truth, state);
    case "length":
      return left.k === "list" ? state : suppose(left, truth, state);
    case "===":
    case "==":
      return right === undefined
        ? state
        : truth
          ? supposeEqual(left, right, value.place, state)
          : supposeUnequal(left, right, state);
    case "!==":
    case "!=":
      return right === undefined
        ? state
        : truth
          ? supposeUnequal(left, right, state)
          : supposeEqual(left, right, value.place, state);
    case ">":
    case ">=":
    case "<":
    case "<=":
      return right === undefined ? state : supposeOrder(value, truth, state);
    // `a | b`, `a ^ b`: nothing is left over where both are nothing, and where both are the same.
    case "|":
      return right === undefined || truth ? state : bothNothing(left, right, state);
    case "^":
      return right === undefined || truth ? state : supposeEqual(left, right, value.place, state);
    case "safe-equal":
      return right === undefined || !truth
        ? state
        : knowPresented(left, right, value.place, supposeEqual(left, right, value.place, state));
    case "includes":
      if (right === undefined) return state;
      if (!truth) return isHeld(left, right) === true ? null : state;
      return supposeIncludes(left, right, value.place, state);
    case "of-role": {
      const known = truth ? knowRole(value, state.facts, value.place) : null;
      return known === null ? state : withFacts(state, known);
    }
    case "instanceof":
      return supposeInstance(left, right, truth, state);
    case "in":
      return right === undefined ? state : supposeHas(left, right, truth, state);
    case "every-of":
    case "some-of": {
      const found = suppose(left, truth, state);
      return found === null || right === undefined || (value.op === "every-of") !== truth
        ? found
        : withFacts(found, knowEach(right, found.facts, value.place));
    }
    case "matches":
      return truth
        ? withFacts(
            state,
            state.facts.withAll(validNames(left), evidence("it matches a constant pattern", value.place)),
          )
        : state;
    case "is-like":
    case "is-type":
      return truth
        ? withFacts(state, state.facts.with(`valid:${keyOf(left)}`, evidence("its type was tested", value.place)))
        : state;
    default:
      return state;
  }
}

/** What was looked at, and each of what it may be. */
function validNames(value: Value): string[] {
  const each = value.k === "choice" ? value.alternatives.filter((one) => one.value.k !== "literal") : [];
  return [`valid:${keyOf(value)}`, ...each.map((one) => `valid:${keyOf(one.value)}`)];
}

function bothNothing(left: Value, right: Value, state: State): State | null {
  const first = suppose(withoutStart(left), false, state);
  return first === null ? null : suppose(withoutStart(right), false, first);
}

/** `let difference = 0; for (…) difference |= a[i] ^ b[i]`: what the turns made of it, and not what it began with. */
function withoutStart(value: Value): Value {
  if (value.k !== "choice") return value;
  const made = value.alternatives.find(({ value: one }) => one.k === "derived" && one.op === "|");
  return made?.value ?? value;
}

function supposeOrder(
  { op, args, place }: Extract<Value, { k: "derived" }>,
  truth: boolean,
  state: State,
): State | null {
  const [left, right] = args;
  if (left === undefined || right === undefined) return state;
  // `RANK[seat.role] < RANK.admin`: either way the role was asked.
  const known = knowRole(left, state.facts, place) ?? knowRole(right, state.facts, place);
  if (known !== null) return withFacts(state, known);
  if (right.k === "literal" && typeof right.value === "number") {
    const thrown = statusOf(left);
    if (thrown !== null && right.value === 500 && op.startsWith("<") === truth)
      return withFacts(state, ofItsOwn(thrown, state.facts, false));
    if ((op === ">" && right.value === 0) || (op === ">=" && right.value === 1)) return suppose(left, truth, state);
    if ((op === "<" && right.value === 1) || (op === "<=" && right.value === 0)) return suppose(left, !truth, state);
  }
  return state;
}

function supposeUnequal(left: Value, right: Value, state: State): State | null {
  for (const [one, other] of [
    [left, right],
    [right, left],
  ] as const) {
    if (other.k !== "literal") continue;
    if (isNullish(other) || other.value === false || other.value === 0 || other.value === "")
      return supposeNot(one, other, state);
    if (other.value === true) return suppose(one, false, state);
    if (one.k === "derived" && one.op === "typeof" && one.args[0] !== undefined)
      return supposeType(one.args[0], String(other.value), false, state);
    if (one.k === "literal") return one.value === other.value ? null : state;
    if (one.k === "choice") return supposeNot(one, other, state);
    return withFacts(state, knowOpen(one, state.facts, String(other.value), false));
  }
  // `account.type !== AccountType.PRIVATE`
  if (left.k === "rows" && isConstant(right))
    return withFacts(state, knowOpen(left, state.facts, lastName(right), false));
  return state;
}

/** `one !== other`, where `other` is a literal: alternatives that are that literal fall away. */
function supposeNot(one: Value, other: Extract<Value, { k: "literal" }>, state: State): State | null {
  if (one.k === "choice") {
    let found: State | null = null;
    for (const each of one.alternatives) {
      found = join(found, supposeNot(each.value, other, withFacts(state, state.facts.and(each.facts))));
    }
    return found;
  }
  if (one.k === "literal") {
    const same = isNullish(other) ? isNullish(one) : one.value === other.value;
    return same ? null : state;
  }
  return isNullish(other) || other.value === false || other.value === 0 ? (suppose(one, true, state) ?? state) : state;
}

function supposeEqual(left: Value, right: Value, place: Place, state: State): State | null {
  for (const [one, other] of [
    [left, right],
    [right, left],
  ] as const) {
    if (other.k !== "literal") continue;
    if (one.k === "literal") return one.value === other.value ? state : null;
    if (one.k === "derived" && one.op === "typeof" && one.args[0] !== undefined) {
      const narrowed = supposeType(one.args[0], String(other.value), true, state);
      return narrowed === null ? null : withFacts(narrowed, knowLiteral(one, place, narrowed.facts, ""));
    }
    if (other.value === 0 && withoutStart(one) !== one) return suppose(withoutStart(one), false, state);
    if (one.k === "choice") {
      let found: State | null = null;
      for (const each of one.alternatives) {
        found = join(found, supposeEqual(each.value, other, place, withFacts(state, state.facts.and(each.facts))));
      }
      return found;
    }
    if (isNullish(other) || other.value === 0 || other.value === false) return suppose(one, false, state);
    if (other.value === true) return suppose(one, true, state);
    // `(await db.deal.count({ where })) !== 1`: as many as that were found.
    if (typeof other.value === "number" && other.value > 0 && isCount(one)) return suppose(one, true, state);
    if (one.k === "caught") return withFacts(state, ofName(one, other, state.facts));
    const wanted = String(other.value);
    return withFacts(state, knowOpen(one, knowLiteral(one, place, state.facts, wanted), wanted, true));
  }
  if (left.k === "caught") return withFacts(state, ofName(left, right, state.facts));
  const mine = thatMayEqual(left, right, state.facts);
  const theirs = thatMayEqual(right, left, mine.facts);
  return withFacts(state, knowEqual(mine.value, theirs.value, place, theirs.facts));
}

/** `typeof x === "string"`: alternatives of another type fall away. */
function supposeType(value: Value, type: string, truth: boolean, state: State): State | null {
  if (value.k === "choice") {
    // `const token = await verifyToken(req); if (typeof token === "string") refuse(token)`: a text says why not.
    if (type === "string" && value.alternatives.some((one) => one.value === DENIED)) {
      if (truth) return state;
      const granted = value.alternatives.find((one) => one.value.k === "principal");
      if (granted !== undefined) return suppose(granted.value, true, withFacts(state, state.facts.and(granted.facts)));
    }
    let found: State | null = null;
    for (const one of value.alternatives) {
      found = join(found, supposeType(one.value, type, truth, withFacts(state, state.facts.and(one.facts))));
    }
    return found;
  }
  const known = typeOf(value);
  if (known === null && value.k === "principal" && truth && type !== "undefined") return suppose(value, true, state);
  if (known !== null) {
    if ((known === type) !== truth) return null;
    return truth || value.k !== "principal" ? state : suppose(value, true, state);
  }
  return state;
}

function supposeInstance(left: Value, right: Value | undefined, truth: boolean, state: State): State | null {
  if (left.k === "choice") {
    let found: State | null = null;
    for (const one of left.alternatives) {
      found = join(found, supposeInstance(one.value, right, truth, withFacts(state, state.facts.and(one.facts))));
    }
    return found;
  }
  if (left.k === "caught" && truth) return withFacts(state, ofClass(left, right, state.facts));
  if (left.k === "principal") return truth ? state : withFacts(state, knowPrincipal(left, state.facts));
  if (right?.k === "foreign" && right.name.endsWith("Response")) {
    if (left.k === "response") return truth ? state : null;
    if (left.k !== "opaque" && left.k !== "chain") return truth ? null : suppose(left, true, state);
  }
  return left.k === "literal" && truth ? null : state;
}

/** `"error" in result`. */
function supposeHas(name: Value, container: Value, truth: boolean, state: State): State | null {
  if (container.k === "choice") {
    let found: State | null = null;
    for (const one of container.alternatives) {
      found = join(found, supposeHas(name, one.value, truth, withFacts(state, state.facts.and(one.facts))));
    }
    return found;
  }
  if (container.k === "principal") return truth ? state : withFacts(state, knowPrincipal(container, state.facts));
  if (container.k === "struct" && container.spreads.length === 0 && name.k === "literal") {
    return container.props.has(String(name.value)) === truth ? state : null;
  }
  return state;
}
