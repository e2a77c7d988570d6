import type { ProjectFile } from "../../project.ts";
import { isTenantName } from "../../knowledge/names.ts";

/** `studentId: token.sub`, `eq(attempts.studentId, session.user.id)`: a column, and who is calling. */
const TIED =
  /(?:\b([A-Za-z_]\w{0,60})\s{0,4}:|\beq\(\s{0,20}\w{1,60}\.(\w{1,60})\s{0,4},)\s{0,20}(?:\w{1,40}[?!]?\.){0,3}(?:\w{0,40}[tT]oken|\w{0,40}[sS]ession|\w{0,40}[uU]ser|auth|claims|payload|decoded|caller|viewer|me|principal|identity|jwt|student|learner|patient|customer|member|employee)[?!]?\.(?:user[?!]?\.)?(?:sub|_?id|uid|user_?[iI]d)\b(?!\s*[?:(.])/g;
/** Whom something is done to or given to, and not whose it is, though sometimes they do it themselves. */
const OF_ANOTHER =
  /assign|recipient|receiver|target|invite|review|approv|(?:created|updated|deleted|sent|added|invited)_?by|sender|author|actor/i;

const known = new WeakMap<ProjectFile, ReadonlySet<string>>();

/** The columns that the file itself compares with, or fills from, who is calling: they say whose a row is. */
export function columnsOfCaller(file: ProjectFile): ReadonlySet<string> {
  const before = known.get(file);
  if (before !== undefined) return before;
  const found = new Set<string>();
  for (const [, field, column] of file.text.matchAll(TIED)) {
    const name = field ?? column ?? "";
    if (/(?:Id|_id)$/.test(name) && !isTenantName(name) && !OF_ANOTHER.test(name)) found.add(name);
  }
  known.set(file, found);
  return found;
}
