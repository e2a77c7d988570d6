import type { EntryPoint } from "../../entry-points/entry-point.ts";
import { nameKind } from "../../knowledge/names.ts";
import type { Project, ProjectFile } from "../../project.ts";

const CALLED =
  /(?<![.\w$])(?:function\s+)?([A-Za-z_$][\w$]*)\s*(?:<[^>()]{0,200}>)?\(|\.(getServerSession|getSession|getUser|currentUser|requireUser|protect|authenticate|isAuthenticated)\s*\(/g;

const known = new WeakMap<ProjectFile, boolean>();

/** Does the file ask who is calling anywhere, or does the router of the entry point put a gate before others? */
export function asksCallers(entry: EntryPoint, project: Project): boolean {
  const file = project.file(entry.file);
  if (file === null) return false;
  if (entry.gateBeside?.() === true) return true;
  const before = known.get(file);
  if (before !== undefined) return before;
  let found = false;
  for (const [whole, name = "", method] of file.text.matchAll(CALLED)) {
    if (whole.startsWith("function") || name === "require") continue;
    if (method !== undefined || /^(?:identity|asserts|guards)$/.test(nameKind(name))) {
      found = true;
      break;
    }
  }
  known.set(file, found);
  return found;
}
