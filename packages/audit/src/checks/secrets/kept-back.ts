import type { Project, ProjectFile } from "../../project.ts";

/** People, and what opens something: rows of these hold what nobody else is to have. */
const HOLDS =
  /^(?:users?|accounts?|members?|customers?|owners?|authors?|creators?|employees?|assignees?|profiles?|integrations?|connections?|api_?keys?|webhooks?|credentials?)$/i;

const known = new WeakMap<ProjectFile, Map<string, boolean>>();

/**
 * The file itself shows such rows in part only: `toPublicUser(user)`, `PUBLIC_USER_COLUMNS`, `user: { select: … }`. A
 * whole one that is answered beside it holds what the others keep back.
 */
export function isKeptBack(name: string, file: ProjectFile): boolean {
  if (!HOLDS.test(name)) return false;
  const noun = name.toLowerCase();
  const before = known.get(file) ?? new Map<string, boolean>();
  known.set(file, before);
  const found = before.get(noun) ?? showsInPart(noun.replace(/_/g, "").replace(/s$/, ""), file.text);
  before.set(noun, found);
  return found;
}

function showsInPart(noun: string, text: string): boolean {
  for (const [name] of text.matchAll(VIEW)) if (name.toLowerCase().replace(/_/g, "").includes(noun)) return true;
  for (const [, name = ""] of text.matchAll(PICKED)) if (name.toLowerCase().replace(/s$/, "") === noun) return true;
  return false;
}

/** `toPublicUser`, `sanitizeUser`, `userPublicFields`, `SAFE_USER_SELECT`. */
const VIEW =
  /\b(?:to|as|get|pick|build|format|make)?_?(?:public|safe|sanitiz|sanitis|serializ|serialis|redact|present|strip|expos|visible)\w*\b|\b\w+(?:Public|Safe|Visible)(?:Select|Fields|Columns|Attributes|View|Dto|DTO)?\b/gi;
const PICKED = /\b(\w+)\s*:\s*\{\s*(?:select|columns|attributes|fields)\s*:/g;

/**
 * The file itself says that a person's secret comes with the row unless it is left out: `.select("-password")`,
 * `exclude: ["passwordHash"]`, `delete user.password`, or it is compared where nobody asked for it. A model that hides
 * it is asked for it by name (`+password`), and then nothing is said.
 */
export function comesUnasked(file: ProjectFile, of: string, project: Project): string | null {
  let column = unasked.get(file);
  if (column === undefined) unasked.set(file, (column = columnLeftOut(file, project)));
  return column === null || isOfOthers(column, of) ? null : column.name;
}

/** A column, and whose it is where it was compared: `account` of `account.passwordHash`, if accounts are looked up. */
interface Column {
  readonly name: string;
  readonly kind: string | null;
}

/** `compare(sent, account.passwordHash)` tells nothing of customers where both stand for kinds of people of their own. */
function isOfOthers({ kind }: Column, of: string): boolean {
  const asked = kindOf(of);
  return kind !== null && asked !== null && kind !== asked;
}
const KINDS_FOUND =
  /\b(?:users?|accounts?|customers?|members?|employees?|students?|doctors?|patients?)(?:Model|Repository|Repo)?\.(?:find|get)/gi;

function kindOf(name: string): string | null {
  return (
    /(?:user|account|customer|member|employee|student|doctor|patient)(?=s?(?:model|repository|repo)?$)/.exec(
      name.toLowerCase(),
    )?.[0] ?? null
  );
}

function columnLeftOut(file: ProjectFile, project: Project): Column | null {
  const { text } = file;
  const found =
    !/pass|hash|salt|secret/i.test(text) ||
    /["'`\s]\+\w*(?:pass|hash)\w*|addSelect\(|withScope|\.scope\(|unscoped\(/i.test(text)
      ? null
      : (LEFT_OUT.map((one) => one.exec(text)).find((match) => match !== null) ?? null);
  if (found === null || hidesItself(file, project)) return null;
  const kind = kindOf(found.groups?.["row"] ?? "");
  // People go by other names than their table: `const account = await prisma.user.findUnique(…)`.
  const isFound = text.match(KINDS_FOUND)?.some((one) => kindOf(one.slice(0, one.lastIndexOf("."))) === kind) === true;
  return { name: found[1] ?? "", kind: isFound ? kind : null };
}

/** A model of the tree that leaves columns out by itself, whoever answers its rows. */
function hidesItself(file: ProjectFile, project: Project): boolean {
  if (HIDES.test(file.text)) return true;
  for (const binding of file.module.bindings.values()) {
    if (binding.kind !== "import") continue;
    const found = project.resolve(file.path, binding.specifier);
    if (found.kind === "file" && HIDES.test(project.file(found.path)?.text ?? "")) return true;
  }
  return false;
}
const HIDES =
  /\btoJSON\b|\btoObject\b|\$formatJson\b|select:\s*false|defaultScope|@Exclude\b|hidden:\s*true|serializeAs:\s*null/;
const unasked = new WeakMap<ProjectFile, Column | null>();
const LEFT_OUT = [
  /\.(?:select|populate)\([^)]{0,80}["'`\s]-(\w*(?:password|passwd|hash|salt|secret)\w*)/i,
  /select:\s*["'`][^"'`]*-(\w*(?:password|passwd|hash|salt|secret)\w*)/i,
  /exclude:\s*\[[^\]]{0,80}["'`](\w*(?:password|passwd|hash|salt|secret)\w*)["'`]/i,
  /\bdelete\s+\w+\.(\w*(?:password|passwd|hash|salt)\w*)/i,
  /[{,]\s*(\w*(?:password|passwd|passwordHash|salt)\w*)(?:\s*:\s*_\w*)?\s*,[^}]{0,60}\.\.\.\w+\s*\}\s*=\s*\w*(?:user|account|member|customer|person|me|doc|found)\w*[\s;.!]/i,
  /\b(?:compare|compareSync)\(\s*[\w.()]+\s*,\s*(?=\w*[?!]?\.(\w*(?:password|hash)\w*))(?<row>\w*(?:user|account|member|customer|found|existing)\w*)[?!]?\./i,
];
