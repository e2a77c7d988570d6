import { Problem } from "../problem.ts";

/** The query as an object of strings. Throws Problem `invalid_input` on a repeated name or what is not text. */
export function readQuery(query: string): Record<string, string> {
  const values: Record<string, string> = Object.create(null);
  if (query === "") return values;
  try {
    // URLSearchParams replaces broken escapes silently; this throws on them.
    decodeURIComponent(query);
  } catch {
    throw new Problem("invalid_input", { errors: [{ path: "query" }] });
  }
  for (const [name, value] of new URLSearchParams(query)) {
    const unsafe = name === "__proto__" || name.includes("\0") || value.includes("\0");
    if (unsafe || Object.hasOwn(values, name)) throw new Problem("invalid_input", { errors: [{ path: "query" }] });
    values[name] = value;
  }
  return values;
}
