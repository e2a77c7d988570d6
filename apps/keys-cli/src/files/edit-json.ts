import type { ObjectExpression, ObjectProperty } from "oxc-parser";
import { KeysError } from "../errors.ts";
import { jsonTree, nameOf, propertiesOf, propertyOf } from "./json-tree.ts";

/**
 * Sets `section.name` in the text of a package.json, in the order of names, and leaves every other character as it is.
 * The section is made when it is missing.
 */
export function setEntry(text: string, section: string, name: string, value: string): string {
  const { root, offset } = tree(text);
  const own = propertyOf(root, section);
  if (own === undefined) {
    const unit = unitOf(text, root, offset);
    const entry = `${JSON.stringify(name)}: ${JSON.stringify(value)}`;
    const content =
      unit === null ? `{ ${entry} }` : `{${unit.line}${unit.indent}${unit.indent}${entry}${unit.line}${unit.indent}}`;
    return insert(text, root, offset, section, `${JSON.stringify(section)}: ${content}`, "last");
  }
  if (own.value.type !== "ObjectExpression") throw invalid(section);
  const present = propertyOf(own.value, name);
  if (present !== undefined) {
    const { start, end } = present.value;
    return text.slice(0, start - offset) + JSON.stringify(value) + text.slice(end - offset);
  }
  return insert(text, own.value, offset, name, `${JSON.stringify(name)}: ${JSON.stringify(value)}`, "sorted", own);
}

/** Takes `section.name` out again, or the whole section when `name` is null. No-op when it is not there. */
export function removeEntry(text: string, section: string, name: string | null): string {
  const { root, offset } = tree(text);
  const own = propertyOf(root, section);
  if (own === undefined) return text;
  if (name === null) return cut(text, root, own, offset);
  if (own.value.type !== "ObjectExpression") throw invalid(section);
  const entry = propertyOf(own.value, name);
  return entry === undefined ? text : cut(text, own.value, entry, offset);
}

function tree(text: string): { root: ObjectExpression; offset: number } {
  const found = jsonTree(text);
  if (found === null) throw invalid("it");
  return found;
}

function invalid(what: string): KeysError {
  return new KeysError("host_invalid", `package.json is not valid: ${what} must be a JSON object.`);
}

function insert(
  text: string,
  object: ObjectExpression,
  offset: number,
  name: string,
  entry: string,
  where: "sorted" | "last",
  owner?: ObjectProperty,
): string {
  const properties = propertiesOf(object);
  const next = where === "sorted" ? properties.find((property) => nameOf(property) > name) : undefined;
  if (next !== undefined) {
    const at = next.start - offset;
    return `${text.slice(0, at)}${entry},${gapBefore(text, next, offset)}${text.slice(at)}`;
  }
  const last = properties.at(-1);
  if (last !== undefined) {
    const at = last.end - offset;
    return `${text.slice(0, at)},${gapBefore(text, last, offset)}${entry}${text.slice(at)}`;
  }
  const outer = owner === undefined ? "\n" : gapBefore(text, owner, offset);
  const inner = outer.includes("\n") ? `${outer}${outer.replace(/^\r?\n/, "") || "  "}` : " ";
  const [start, end] = [object.start - offset, object.end - offset];
  return `${text.slice(0, start)}{${inner}${entry}${outer.includes("\n") ? outer : " "}}${text.slice(end)}`;
}

/** Cuts a property with the comma that goes with it. */
function cut(text: string, object: ObjectExpression, property: ObjectProperty, offset: number): string {
  const properties = propertiesOf(object);
  const index = properties.indexOf(property);
  const [before, after] = [properties[index - 1], properties[index + 1]];
  if (after !== undefined) return text.slice(0, property.start - offset) + text.slice(after.start - offset);
  if (before !== undefined) return text.slice(0, before.end - offset) + text.slice(property.end - offset);
  return `${text.slice(0, object.start - offset)}{}${text.slice(object.end - offset)}`;
}

/** The white space between what stands before a property and the property: a line end and indentation, or a blank. */
function gapBefore(text: string, property: ObjectProperty, offset: number): string {
  const at = property.start - offset;
  const gap = /\s*$/.exec(text.slice(0, at))?.[0] ?? "";
  const lines = gap.split(/(?=\r?\n)/);
  return gap.includes("\n") ? (lines.at(-1) ?? gap) : " ";
}

function unitOf(text: string, root: ObjectExpression, offset: number): { line: string; indent: string } | null {
  const [first] = propertiesOf(root);
  if (first === undefined) return { line: "\n", indent: "  " };
  const gap = gapBefore(text, first, offset);
  if (!gap.includes("\n")) return null;
  return { line: gap.startsWith("\r") ? "\r\n" : "\n", indent: gap.replace(/^\r?\n/, "") };
}
