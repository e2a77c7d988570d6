import { Secret } from "../secret/secret.ts";
import { RuntimeError } from "../runtime-error.ts";

type Scalar = null | undefined | boolean | number | string | bigint | Date;

/** The same type where it is plain data, and `never` in the place of what is not. */
export type Plain<Data> = Data extends Secret
  ? never
  : Data extends Scalar
    ? Data
    : Data extends symbol | ((...args: never[]) => unknown)
      ? never
      : Data extends object
        ? { readonly [Key in keyof Data]: Plain<Data[Key]> }
        : never;

/** Deep enough for any view; what is deeper goes round in a circle. */
const MAX_DEPTH = 64;
const PLAIN_KEY = /^[A-Za-z0-9_$-]{1,40}$/;

/**
 * A copy made of nothing but scalars, dates, arrays and plain objects, so that what is rendered cannot change, call back
 * or carry what it should not. Throws RuntimeError `ui_invalid`, naming the place and never a value.
 */
export function copyPlain<Data>(data: Data, name: string): Data {
  return copy(data, ["data"], name) as Data;
}

function copy(value: unknown, path: readonly string[], name: string): unknown {
  const refuse = (what: string): never => {
    throw new RuntimeError("ui_invalid", `${name}: ${path.join(".")} is ${what}; only plain data is rendered.`);
  };
  if (path.length > MAX_DEPTH) refuse("nested too deep");
  switch (typeof value) {
    case "function":
    case "symbol":
      return refuse(`a ${typeof value}`);
    case "object":
      break;
    default:
      return value;
  }
  if (value === null) return null;
  if (Secret.isSecret(value)) return refuse("a Secret");
  if (value instanceof Date) return new Date(value);
  if (Array.isArray(value)) return Array.from(value, (item: unknown, at) => copy(item, [...path, String(at)], name));
  const prototype: unknown = Object.getPrototypeOf(value);
  // A plain object of another realm has a prototype that has none itself.
  if (prototype !== null && (typeof prototype !== "object" || Object.getPrototypeOf(prototype) !== null)) {
    return refuse("an object of a class");
  }
  if (Object.getOwnPropertySymbols(value).length > 0) refuse("an object with symbols");
  const entries: [string, unknown][] = [];
  for (const [key, property] of Object.entries(Object.getOwnPropertyDescriptors(value))) {
    const place = [...path, PLAIN_KEY.test(key) ? key : "(a key)"];
    if (property.get !== undefined || property.set !== undefined) {
      throw new RuntimeError("ui_invalid", `${name}: ${place.join(".")} is computed; only plain data is rendered.`);
    }
    if (property.enumerable === true) entries.push([key, copy(property.value, place, name)]);
  }
  return Object.fromEntries(entries);
}
