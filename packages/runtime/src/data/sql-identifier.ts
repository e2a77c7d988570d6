import { RuntimeError } from "../runtime-error.ts";

// PostgreSQL cuts an identifier at 63 bytes (NAMEDATALEN - 1), so that two long names could become one. ASCII only.
const PART = /^[A-Za-z_][A-Za-z0-9_]{0,62}$/;

/**
 * A name quoted for SQL, `schema.name` or `name`. Quoted, so that its case is kept and a reserved word is a name.
 * Throws RuntimeError `identifier_invalid` for anything but letters, digits and underscores, at most 63 of them.
 */
export function sqlIdentifier(name: string): string {
  const parts = typeof name === "string" ? name.split(".") : [];
  if (parts.length < 1 || parts.length > 2 || !parts.every((part) => PART.test(part))) {
    throw new RuntimeError(
      "identifier_invalid",
      "An identifier is name or schema.name, each of 1 to 63 letters, digits or underscores and no digit first.",
    );
  }
  return parts.map((part) => `"${part}"`).join(".");
}
