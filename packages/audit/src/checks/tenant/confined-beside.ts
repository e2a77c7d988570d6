import type { ProjectFile } from "../../project.ts";
import type { Judged } from "../../rules/rule.ts";
import type { Operation } from "../../trace/operation.ts";
import { comparisons } from "../../values/query.ts";
import { isConfinedElsewhere } from "./confined-elsewhere.ts";
import { takesCallerForGranted } from "../openness/taken-for-granted.ts";

const OWNER =
  "(?:user|owner|author|creator|created_?by|account|customer|org|organi[sz]ation|team|workspace|company|tenant|project|store|shop|site|space|member)_?(?:id)?";
const CALLER =
  "(?:req|request|ctx|context|c|res)\\.(?:(?:var|state|locals)\\.)?(?:user|session|auth|state|account|principal|member|viewer|actor|identity|tenant|org|organi[sz]ation)\\b";

/** `Board.updateOne({ _id, owner: req.user.id }, …)`, `runs().findOneBy({ id, projectId: request.principal.projectId })`: which, and whose. */
const CONFINED = new RegExp(
  `\\b(\\w+)(?:\\(\\))?\\.(find\\w*|update\\w*|delete\\w*|destroy|remove|count\\w*)\\(\\s*\\{(?:\\s*where:\\s*\\{)?([^{};]{0,200}?)\\b${OWNER}\\s*:\\s*${CALLER}`,
  "gi",
);
/** `db("boards").where({ id, user_id: req.user.id })` */
const CONFINED_TABLE = new RegExp(
  `["'\`](\\w+)["'\`]\\)\\.(where)\\(\\s*\\{([^{};]{0,200}?)\\b${OWNER}\\s*:\\s*${CALLER}`,
  "gi",
);

/** `const { teamId } = callerOf(req)`: what those are called that say who is calling. */
const TAKEN =
  /\b(?:const|let)\s+(?:\{([^{}=]{1,200})\}|(\w+))\s*=\s*(?:await\s+)?(?:\w+\.)?(?:(?:get|require|load|resolve|current)\w*(?:User|Team|Org|Member|Account|Tenant|Session|Auth|Caller|Viewer)\w*|\w*(?:Caller|Session|Viewer)(?:Of|From)?)\(\s*(?:req|request|ctx|context|c)\b/g;
const CONFINED_BY_NAME = new RegExp(
  `\\b(\\w+)(?:\\(\\))?\\.(find\\w*|update\\w*|delete\\w*|destroy|remove|count\\w*)\\(\\s*\\{(?:\\s*where:\\s*\\{)?([^{};]{0,200}?)\\b${OWNER}\\s*:\\s*(\\w+)`,
  "gi",
);

interface Confined {
  /** Rows of these are looked at one by one only where they are the caller's. */
  readonly read: ReadonlySet<string>;
  readonly changed: ReadonlySet<string>;
}
const known = new WeakMap<ProjectFile, Confined>();

/**
 * What a handler does that is mounted elsewhere, where its file confines other statements on the same table to whoever
 * calls: that there is somebody is as true of this one.
 */
export function isConfinedBeside(one: Operation, judged: Judged): boolean {
  const { entry, project, trace } = judged;
  if (one.kind !== "query" || !one.facts.has("unmounted")) return false;
  const { verb, table } = one.query;
  const file = project.file(entry.file);
  if (file === null) return false;
  if (takesCallerForGranted(judged) && isConfinedElsewhere(file, table)) return true;
  const changes = verb === "update" || verb === "delete";
  if (!changes && verb !== "read") return false;
  const beside = known.get(file) ?? confinedIn(file.text);
  known.set(file, beside);
  const names = [table.toLowerCase(), receiver(one, file)];
  if (changes) return names.some((name) => beside.changed.has(name));
  return (
    names.some((name) => beside.read.has(name)) ||
    // What is looked at by everybody is changed by whom it belongs to.
    (names.some((name) => beside.changed.has(name)) && trace.operations.some((other) => changesFound(other, one)))
  );
}

function confinedIn(text: string): Confined {
  const read = new Set<string>();
  const changed = new Set<string>();
  for (const pattern of [CONFINED, CONFINED_TABLE])
    for (const [, name = "", verb = "", before = ""] of text.matchAll(pattern)) {
      const lower = name.toLowerCase();
      if (verb !== "where" || /\bid\b/i.test(before)) changed.add(lower);
      if (/^(?:find(?:One|First|Unique|By)|where$)/i.test(verb) && /\b_?id\b/i.test(before)) read.add(lower);
    }
  const names = new Set(
    [...text.matchAll(TAKEN)].flatMap(([, taken = "", whole = ""]) => [whole, ...taken.split(/[\s,:]+/)]),
  );
  names.delete("");
  // Whoever mounts them has asked, where none of them looks whether there is somebody.
  if (names.size > 0)
    for (const [, name = "", , , by = ""] of text.matchAll(CONFINED_BY_NAME))
      if (names.has(by)) changed.add(name.toLowerCase());
  return { read, changed };
}

/** What the statement is called on, as it is written: `runs` of `runs().findOneBy(…)`. */
function receiver({ place: { file, node } }: Operation, { path, text }: ProjectFile): string {
  if (file !== path) return "";
  const [, name = ""] = /^(?:await\s+)?(\w+)(?:\(\))?\./.exec(text.slice(node.start, node.start + 80)) ?? [];
  return name.toLowerCase();
}

function changesFound(other: Operation, found: Extract<Operation, { kind: "query" }>): boolean {
  if (other.kind === "change") return other.row.query === found.query;
  return (
    other.kind === "query" &&
    (other.query.verb === "update" || other.query.verb === "delete") &&
    comparisons(other.query.where).some(({ value }) => value.k === "rows" && value.query === found.query)
  );
}
