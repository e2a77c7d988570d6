export type JsonObject = { readonly [name: string]: unknown };

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Own member `name` of `value`, or undefined; never anything inherited. */
export function member(value: unknown, name: string): unknown {
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

export function stringMember(value: unknown, name: string, maxLength = 256): string | null {
  const found = member(value, name);
  return typeof found === "string" && found.length > 0 ? found.slice(0, maxLength) : null;
}

export function listMember(value: unknown, name: string): readonly unknown[] {
  const found = member(value, name);
  return Array.isArray(found) ? found : [];
}
