import type { ProjectFile } from "../project.ts";
import type { RawFinding } from "../rules/rule.ts";
import type { Finding, Location } from "./finding.ts";
import { locate } from "./locate.ts";

/** A finding by lines and columns, which outlive the syntax tree it was found in. */
export interface Placed {
  /** Its id. */
  readonly rule: string;
  readonly message: string;
  readonly location: Location;
  readonly path: Finding["path"];
}

/** Null in a file that is not judged. */
export function placed(files: ReadonlyMap<string, ProjectFile>, raw: RawFinding): Placed | null {
  const file = files.get(raw.place.file);
  if (file === undefined) return null;
  const path = raw.path.flatMap(({ place, label }) => {
    const at = files.get(place.file);
    return at === undefined ? [] : [{ location: locate(at, place), label }];
  });
  return { rule: raw.rule.id, message: raw.message, location: locate(file, raw.place), path };
}
