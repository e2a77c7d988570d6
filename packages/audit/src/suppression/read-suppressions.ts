import type { Span } from "../syntax/parse.ts";
import { lineStarts, positionAt } from "../syntax/position.ts";

/** One finding somebody accepted, at its place in the code. */
export interface Suppression {
  /** `group/name`. */
  readonly rule: string;
  /** The line it speaks of, from 1. */
  readonly line: number;
  readonly reason: string;
}

export interface Suppressions {
  readonly suppressions: readonly Suppression[];
  /** Comments that were meant as a suppression and are none; what they stand beside is reported all the same. */
  readonly problems: readonly { readonly line: number; readonly message: string }[];
}

const MARK = "keys-audit-ignore";
const NONE: Suppressions = { suppressions: [], problems: [] };
const RULE = /^[a-z][a-z-]*\/[a-z0-9][a-z0-9-]*$/;
// Longer reasons belong in a document; reports stay readable.
const MAX_REASON = 500;

/**
 * Reads `keys-audit-ignore group/name[, group/name] -- reason` out of a file's comments. After code it speaks of its own
 * line; alone on its line, of the next line of code (others of its kind may stand between). Without a reason it
 * suppresses nothing.
 * @param comments spans of `//`, block and `{/* … *\/}` comments of JavaScript, or of SQL (`sqlComments`)
 * @param known rule ids there are; an unknown one is a problem. Null accepts any.
 */
export function readSuppressions(
  text: string,
  comments: readonly Span[],
  known: ReadonlySet<string> | null = null,
): Suppressions {
  if (!text.includes(MARK)) return NONE;
  const lines = lineStarts(text);
  const spans = new Map(comments.map(({ start, end }) => [start, end]));
  const suppressions: Suppression[] = [];
  const problems: { line: number; message: string }[] = [];
  for (const comment of comments) {
    const said = directive(text.slice(comment.start, comment.end));
    if (said === null) continue;
    const own = positionAt(lines, comment.start).line;
    const { rules, reason } = said;
    const malformed = rules.find((rule) => !RULE.test(rule));
    if (rules.length === 0 || malformed !== undefined) {
      problems.push({ line: own, message: `${MARK} must name a rule: "${MARK} group/name -- reason"` });
    } else if (reason === "") {
      problems.push({
        line: own,
        message: `${MARK} ${rules.join(", ")} gives no reason and suppresses nothing: add "-- reason"`,
      });
    } else {
      const line = target(text, lines, spans, comment);
      for (const rule of rules) {
        if (known === null || known.has(rule)) suppressions.push({ rule, line, reason });
        else problems.push({ line: own, message: `${MARK} names ${rule}, and there is no such rule` });
      }
    }
  }
  return { suppressions, problems };
}

/** What a comment says when it is a suppression: its rules as written, its reason or "". */
function directive(comment: string): { rules: string[]; reason: string } | null {
  const body = comment.replace(/^(?:\/\/+|\/\*+|--+)/, "").replace(/\*\/$/, "");
  const line = body
    .split(/[\n\r\u2028\u2029]/)
    .map(bare)
    .find((part) => part.startsWith(MARK));
  if (line === undefined) return null;
  const rest = line.slice(MARK.length);
  // `keys-audit-ignored` is another word.
  if (rest !== "" && !/^[\s:,-]/.test(rest)) return null;
  const dashes = /(?:^|\s)--(?:\s|$)/.exec(rest);
  const names = dashes === null ? rest : rest.slice(0, dashes.index);
  const reason = dashes === null ? "" : rest.slice(dashes.index + dashes[0].length).trim();
  return { rules: names.split(/[\s,:]+/).filter((name) => name !== ""), reason: reason.slice(0, MAX_REASON) };
}

/** A line of a block comment without the star some begin it with. */
function bare(line: string): string {
  return line.replace(/^[\s*]+/, "").trimEnd();
}

/** The line a comment speaks of: its own after code, else that of the next code. */
function target(text: string, lines: readonly number[], spans: ReadonlyMap<number, number>, comment: Span): number {
  const { line, column } = positionAt(lines, comment.start);
  const before = text.slice(comment.start - column + 1, comment.start).trim();
  const jsx = before === "{";
  if (before !== "" && !jsx) return line;
  let at = blanks(text, comment.end);
  if (jsx && text[at] === "}") at = blanks(text, at + 1);
  for (;;) {
    const braced = text[at] === "{" ? spans.get(blanks(text, at + 1)) : undefined;
    const end = spans.get(at) ?? braced;
    if (end === undefined) break;
    at = blanks(text, end);
    if (braced !== undefined && text[at] === "}") at = blanks(text, at + 1);
  }
  return positionAt(lines, at).line;
}

function blanks(text: string, from: number): number {
  let at = from;
  while (at < text.length && /\s/.test(text[at] ?? "")) at++;
  return at;
}
