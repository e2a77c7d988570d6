// At the start, or after a semicolon, behind any white space and comments.
const CONTROL =
  /(?:^|;)(?:\s|--[^\n\r]*[\n\r]|\/\*(?:[^*]|\*(?!\/))*\*\/)*(?:begin|commit|end|abort|start\s+transaction|rollback(?!\s+(?:work\s+|transaction\s+)?to\b)|prepare\s+transaction)\b/i;
const INNERMOST_COMMENT = /\/\*(?:(?!\/\*|\*\/)[^])*\*\//g;

/**
 * True of text by which a handler might end its transaction. A semicolon in a string counts as one between statements:
 * what is harmless and looks like an end is refused, not the other way round.
 */
export function endsTransaction(text: string): boolean {
  if (CONTROL.test(text)) return true;
  // PostgreSQL's comments nest, which no pattern follows.
  for (let [inner, outer] = [text, ""]; inner !== outer;) {
    outer = inner;
    inner = outer.replace(INNERMOST_COMMENT, " ");
    if (inner !== outer && CONTROL.test(inner)) return true;
  }
  return false;
}
