/** The parser is native and recursive: what is nested too deep ends the process, and nothing could catch that. */
const MAX_NESTING = 1_500;
const MAX_IN_A_ROW = 6_000;
/** Marks of constructs that nest without a bracket. */
const MARKS = ["=>", "else", "!", "await", "?", "**", "<"];

/** Whether a text must not be handed to the parser. Brackets in strings and comments count as they stand. */
export function isTooDeep(text: string): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 40 || code === 91 || code === 123) {
      depth += 1;
      if (depth > MAX_NESTING) return true;
    } else if ((code === 41 || code === 93 || code === 125) && depth > 0) depth -= 1;
  }
  return text.length > 12_000 && MARKS.some((mark) => countOf(text, mark) > MAX_IN_A_ROW);
}

function countOf(text: string, mark: string): number {
  let count = 0;
  for (let at = text.indexOf(mark); at !== -1; at = text.indexOf(mark, at + mark.length)) count += 1;
  return count;
}
