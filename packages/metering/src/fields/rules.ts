import { isObject } from "../json.ts";
import { childPath, type Rule, type Visit } from "./visit.ts";

/** Adds nothing to what is billed, whatever it holds. */
export const free: Rule = () => undefined;

/** Costs what cannot be bounded beforehand. */
export const notMetered: Rule = (_value, path, visit) => {
  visit.notMetered ??= path;
};

function collect(value: unknown, visit: Visit): void {
  if (typeof value === "string") visit.texts.push(value);
  else if (Array.isArray(value)) for (const item of value) collect(item, visit);
  else if (isObject(value)) {
    for (const [name, item] of Object.entries(value)) {
      visit.texts.push(name);
      collect(item, visit);
    }
  } else visit.renderedBytes += 8 + String(value).length;
}

/** Every string inside, at any depth, is tokenised. Names and numbers count by their length. */
export const text: Rule = (value, _path, visit) => collect(value, visit);

/**
 * A schema or an argument object, which providers render into a prompt of their own making. Twice the length of its
 * JSON bounds the documented renderings (an enum's `"a",` becomes `"a" | `, which is the longest of them).
 */
export const schema: Rule = (value, _path, visit) => {
  visit.renderedBytes += 2 * Buffer.byteLength(JSON.stringify(value)) + 16;
};

/** One of these plain values; any other has a price of its own or is unknown. */
export function oneOf(...allowed: readonly unknown[]): Rule {
  return (value, path, visit) => {
    if (!allowed.includes(value)) notMetered(value, path, visit);
  };
}

export function object(fields: Readonly<Record<string, Rule>>): Rule {
  const table = new Map(Object.entries(fields));
  return (value, path, visit) => {
    if (!isObject(value)) return notMetered(value, path, visit);
    for (const [name, item] of Object.entries(value)) {
      const at = childPath(path, name);
      const rule = table.get(name);
      if (rule === undefined) notMetered(item, at, visit);
      else if (item !== null) rule(item, at, visit);
    }
  };
}

export function list(rule: Rule, each?: (visit: Visit) => void): Rule {
  return (value, path, visit) => {
    if (!Array.isArray(value)) return notMetered(value, path, visit);
    for (const [index, item] of value.entries()) {
      each?.(visit);
      if (item !== null) rule(item, `${path}[${index}]`, visit);
    }
  };
}

/** Plain text, or what `other` says of anything that is not a string. */
export function textOr(other: Rule): Rule {
  return (value, path, visit) => (typeof value === "string" ? text : other)(value, path, visit);
}

/** Chooses by the member `type`; one without it is `byDefault`, one with an unlisted one is not metered. */
export function byType(variants: Readonly<Record<string, Rule>>, byDefault?: string): Rule {
  const table = new Map(Object.entries(variants));
  return (value, path, visit) => {
    if (!isObject(value)) return notMetered(value, path, visit);
    const type = value["type"] ?? byDefault;
    const rule = typeof type === "string" ? table.get(type) : undefined;
    (rule ?? notMetered)(value, rule === undefined ? childPath(path, "type") : path, visit);
  };
}

/** A `data:` address, whose bytes are in the request. Anything else is fetched by the provider at a size unknown. */
export const inlineImage: Rule = (value, path, visit) => {
  if (typeof value === "string" && /^data:image\//i.test(value)) visit.images++;
  else notMetered(value, path, visit);
};

export const countMessage = (visit: Visit): void => {
  visit.messages++;
};
export const countTool = (visit: Visit): void => {
  visit.tools++;
};
