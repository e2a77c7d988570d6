import type { Node } from "oxc-parser";
import { walkOwn } from "../../syntax/walk.ts";
import type { Operation } from "../../trace/operation.ts";
import type { Place, Value } from "../../values/value.ts";

/**
 * `<p>${quote.remarks}</p>` of a function that makes the page from a row: whoever calls it hands over the whole row and
 * could not have escaped what it takes from it. Null where the page is put together where it is sent, be it of pieces that
 * were made elsewhere, or where it was handed over as a text.
 */
export function writtenIn(text: Value, part: Value, { within }: Operation): Place | null {
  const around = within.at(-1);
  if (around === undefined || (part.k !== "rows" && part.k !== "client")) return null;
  const name = part.path.slice(part.path.lastIndexOf(".") + 1);
  const made = name === "" ? null : innermost(text, part);
  const page = made === null ? null : outermost(text);
  if (made === null || page === null || [made, page].some((one) => isWithin(one, around)) || !takes(made.node, name))
    return null;
  return made;
}

/** The text put together that holds it, and none inside of that does. */
function innermost(value: Value, part: Value, depth = 0): Place | null {
  if (depth > 10) return null;
  const inner =
    value.k === "derived"
      ? value.args
      : value.k === "choice"
        ? value.alternatives.map((one) => one.value)
        : value.k === "list"
          ? value.items
          : value.k === "pending"
            ? [value.value]
            : [];
  for (const one of inner) {
    const found = innermost(one, part, depth + 1);
    if (found !== null) return found;
  }
  return value.k === "derived" && /^(?:template|\+)$/.test(value.op) && holds(value, part) ? value.place : null;
}

/** The whole that is put together, of several the first. */
function outermost(value: Value, depth = 0): Place | null {
  if (depth > 6) return null;
  if (value.k === "pending") return outermost(value.value, depth + 1);
  if (value.k === "derived") return value.place;
  if (value.k !== "choice") return null;
  return value.alternatives.map((one) => outermost(one.value, depth + 1)).find((one) => one !== null) ?? null;
}

function holds(value: Value, part: Value, depth = 0): boolean {
  if (value === part) return true;
  if (depth > 6) return false;
  if (value.k === "derived") return value.args.some((one) => holds(one, part, depth + 1));
  return value.k === "choice" && value.alternatives.some((one) => holds(one.value, part, depth + 1));
}

function isWithin({ file, node }: Place, around: Place): boolean {
  return file === around.file && around.node.start <= node.start && node.end <= around.node.end;
}

/** A field of that name is read in it. */
function takes(node: Node, name: string): boolean {
  for (const one of walkOwn(node))
    if (one.type === "MemberExpression" && one.property.type === "Identifier" && one.property.name === name)
      return true;
  return false;
}
