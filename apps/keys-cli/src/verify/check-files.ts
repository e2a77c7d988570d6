import { contentOf, editedFiles, moduleFolder } from "../add/module-folder.ts";
import { none, ok, problem, type Answer, type Patient } from "./check.ts";

/** Whether the files are the ones that were added. */
export async function checkFiles({ host, slug, locked }: Patient): Promise<Answer> {
  if (locked === null) return none("the application's own module: no file of it came from keys");
  const content = await contentOf(moduleFolder(host.root, slug));
  const known = new Map(Object.entries(locked.files).map(([path, hash]) => [path, [hash]] as const));
  const edited = editedFiles(content ?? new Map(), known);
  const missing = [...known.keys()].filter((path) => content?.has(path) !== true);
  const count = known.size;
  if (edited.length + missing.length === 0) return ok(`${count} files as ${locked.version} has them`);
  const said = [
    edited.length > 0 ? `edited: ${few(edited)}` : "",
    missing.length > 0 ? `missing: ${few(missing)}` : "",
  ].filter((part) => part !== "");
  const fix = edited.length > 0 ? `keys add ${slug} --force (the edits are lost)` : `keys add ${slug}`;
  return problem(said.join("; "), fix);
}

/** The first of many names. */
export function few(names: readonly string[]): string {
  const shown = names.slice(0, 5).join(", ");
  return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown;
}
