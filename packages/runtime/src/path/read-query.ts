import { Problem } from "../problem.ts";
import { BareRecord } from "./bare-record.ts";

// Nothing in it stands for anything else, so that taking it apart is all there is to reading it.
const PLAIN = /^[A-Za-z0-9_.~-]+=[A-Za-z0-9_.~-]*(?:&[A-Za-z0-9_.~-]+=[A-Za-z0-9_.~-]*)*$/;

/** The query as an object of strings. Throws Problem `invalid_input` on a repeated name or what is not text. */
export function readQuery(query: string): Record<string, string> {
  const values = new BareRecord();
  if (query === "") return values;
  if (PLAIN.test(query)) {
    for (const pair of query.split("&")) {
      const equals = pair.indexOf("=");
      take(values, pair.slice(0, equals), pair.slice(equals + 1));
    }
    return values;
  }
  try {
    // URLSearchParams replaces broken escapes silently; this throws on them.
    decodeURIComponent(query);
  } catch {
    throw new Problem("invalid_input", { errors: [{ path: "query" }] });
  }
  for (const [name, value] of new URLSearchParams(query)) take(values, name, value);
  return values;
}

function take(values: Record<string, string>, name: string, value: string): void {
  const unsafe = name === "__proto__" || name.includes("\0") || value.includes("\0");
  if (unsafe || Object.hasOwn(values, name)) throw new Problem("invalid_input", { errors: [{ path: "query" }] });
  values[name] = value;
}
