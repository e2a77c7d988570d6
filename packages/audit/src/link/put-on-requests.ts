import type { ProjectFile } from "../project.ts";

const ASSIGNED =
  /\b(?:req|request|res|response|ctx|context|c)\)?\.(?:(?:locals|state)(?:\.|\["))?(\w+)(?:"\])?\s*=(?!=)|\bc(?:tx|ontext)?\.set\(\s*["'](\w+)["']/g;
const HANDED_ON = /next\(\s*\{\s*(?:\.\.\.\w+,\s*)?ctx:\s*\{([^}]*)\}/g;

/** Names that code of the tree puts on requests and contexts: whoever reads one counts on that code having run. */
export function putOnRequests(files: Iterable<ProjectFile>): ReadonlySet<string> {
  const found = new Set<string>();
  for (const { text } of files) {
    for (const [, member, key] of text.matchAll(ASSIGNED)) found.add(member ?? key ?? "");
    for (const [, members = ""] of text.matchAll(HANDED_ON))
      for (const [, name = ""] of members.matchAll(/(?:^|,)\s*(\w+)/g)) found.add(name);
  }
  return found;
}
