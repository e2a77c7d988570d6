import { keyOf } from "../values/key.ts";
import { clientOf, trustOf } from "../values/trust.ts";
import { type Place, type Value } from "../values/value.ts";
import { isRoleName } from "../knowledge/names.ts";
import { isOfRole, knowRole, roleAsked } from "./by-role.ts";
import { OF_THE_CALLER } from "./either.ts";
import { lastName } from "./last-name.ts";
import { evidence, knowEqual, knowPrincipal, knowRow, ofWhat, pathOf } from "./learn.ts";
import { isNullish } from "./may-equal.ts";
import { ofListed } from "./of-its-own.ts";
import { join, type State, withFacts } from "./state.ts";

/** Whether a text that is known stands in a list that is known; null where either is not. */
export function isHeld(container: Value, element: Value): boolean | null {
  if (element.k !== "literal" || container.k !== "list") return null;
  if (typeof element.value !== "string" && !isNullish(element)) return null;
  if (container.items.length === 0 || !container.items.every((item) => item.k === "literal")) return null;
  return container.items.some((item) => item.k === "literal" && item.value === element.value);
}

/** One is held by the other: of a list, a set, or what the caller may. */
export function supposeIncludes(container: Value, element: Value, place: Place, state: State): State | null {
  const { facts } = state;
  if (container.k === "choice") {
    let found: State | null = null;
    for (const one of container.alternatives) {
      found = join(found, supposeIncludes(one.value, element, place, withFacts(state, facts.and(one.facts))));
    }
    return found;
  }
  if (element.k === "choice" && areConstants(container)) {
    let found: State | null = null;
    for (const one of element.alternatives)
      found = join(found, supposeIncludes(container, one.value, place, withFacts(state, facts.and(one.facts))));
    // What follows looks at all of it, too.
    const valid = `valid:${keyOf(element)}`;
    const why = evidence("it is one of a list of constants", place);
    return found === null ? null : withFacts(found, found.facts.with(valid, why));
  }
  if (element.k === "caught") return withFacts(state, ofListed(element, container, facts));
  // Where both are known there is nothing to learn.
  const held = isHeld(container, element);
  if (held !== null) return held ? state : null;
  if (container.k === "literal" || (container.k === "list" && container.items.length === 0)) return null;
  if (
    container.k === "list" &&
    container.items.length === 1 &&
    container.items[0] !== undefined &&
    container.items[0].k !== "literal"
  ) {
    return withFacts(state, knowEqual(container.items[0], element, place, facts));
  }
  if (areConstants(container)) {
    const path = pathOf(element) || lastName(element);
    if (isRoleName(path) && clientOf(element) === null) {
      const roles = container.items.map((item) => (item.k === "literal" ? String(item.value) : "")).join(", ");
      let known = facts.with("role", evidence(`one of the roles ${roles} was asked${ofWhat(element)}`, place));
      if (element.k === "principal") known = knowPrincipal(element, known);
      if (element.k === "rows") known = knowRow(element, known);
      return withFacts(state, known);
    }
    return withFacts(state, facts.with(`valid:${keyOf(element)}`, evidence("it is one of a list of constants", place)));
  }
  const asked = isOfRole(container) ? knowRole(container, facts, place) : null;
  if (asked !== null) return withFacts(state, asked);
  if (isRoleName(pathOf(container)) && trustOf(container, facts) !== null) {
    const looked = container.k === "principal" ? OF_THE_CALLER : "a permission was looked up";
    const known = facts.with("role", evidence(roleAsked(container, element) ?? looked, place));
    return withFacts(state, container.k === "principal" ? knowPrincipal(container, known) : known);
  }
  // `employee.groups.includes("desk")`: to which of the house's own groups somebody belongs.
  if (
    element.k === "literal" &&
    (container.k === "chain" || container.k === "rows" || container.k === "principal") &&
    /^(?:groups|departments)$/.test(pathOf(container).split(".").at(-1) || lastName(container)) &&
    clientOf(container) === null
  )
    return withFacts(state, facts.with("role", evidence(`the group ${String(element.value)} was asked`, place, false)));
  return withFacts(state, knowEqual(container, element, place, facts));
}

function areConstants(container: Value): container is Extract<Value, { k: "list" }> {
  return container.k === "list" && container.items.every((item) => item.k === "literal");
}
