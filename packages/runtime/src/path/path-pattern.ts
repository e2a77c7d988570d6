import { RuntimeError } from "../runtime-error.ts";
import { BareRecord } from "./bare-record.ts";

export interface PathPattern {
  readonly source: string;
  /** In order; a parameter's segment is its name behind a colon. */
  readonly segments: readonly string[];
  readonly params: readonly string[];
  /** The decoded parameters, or null when the path is another one. `pathname` is undecoded. */
  match(pathname: string): Record<string, string> | null;
}

const SEGMENT = /^(?:[A-Za-z0-9_.~-]+|:[A-Za-z][A-Za-z0-9_]*)$/;

/** Compiles `/api/v1/things/:id`. Throws RuntimeError `route_invalid` on anything that could match ambiguously. */
export function pathPattern(source: string): PathPattern {
  const segments = source.split("/").slice(1);
  const params = segments.filter((segment) => segment.startsWith(":")).map((segment) => segment.slice(1));
  const sound = source.startsWith("/") && segments.every((segment) => SEGMENT.test(segment) && !isDots(segment));
  if (!sound || new Set(params).size !== params.length) {
    throw new RuntimeError("route_invalid", `The path ${source} is not a pattern of plain segments and :names.`);
  }
  return {
    source,
    segments,
    params,
    match(pathname) {
      const given = pathname.split("/");
      if (given.length !== segments.length + 1 || given[0] !== "") return null;
      const values = new BareRecord();
      for (let index = 0; index < segments.length; index++) {
        const segment = segments[index] ?? "";
        const raw = given[index + 1] ?? "";
        if (!segment.startsWith(":")) {
          // Compared as sent: a literal has one spelling, so no other layer can read the path differently.
          if (raw !== segment) return null;
          continue;
        }
        const value = decodeSegment(raw);
        if (value === null) return null;
        values[segment.slice(1)] = value;
      }
      return values;
    },
  };
}

/** Decodes one segment once; null where the result could be read as more than one segment, or as none. */
export function decodeSegment(raw: string): string | null {
  if (raw === "") return null;
  let value = raw;
  if (raw.includes("%")) {
    try {
      value = decodeURIComponent(raw);
    } catch {
      return null;
    }
  }
  return /[/\\\0]/.test(value) || isDots(value) ? null : value;
}

function isDots(segment: string): boolean {
  return segment === "." || segment === "..";
}
