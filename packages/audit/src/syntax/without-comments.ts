import type { Span } from "./parse.ts";

/**
 * The same text with blanks where its comments stand, so that every offset and line stays. What somebody wrote about the
 * code proves nothing of it: `// only the owner gets here`.
 *
 * @param comments in the order of the text
 */
export function withoutComments(text: string, comments: readonly Span[]): string {
  if (comments.length === 0) return text;
  let code = "";
  let at = 0;
  for (const { start, end } of comments) {
    code += text.slice(at, start) + text.slice(start, end).replace(/[^\r\n\u2028\u2029]/g, " ");
    at = end;
  }
  return code + text.slice(at);
}
