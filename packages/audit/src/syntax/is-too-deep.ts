/** The parser is native and recursive: what is nested too deep ends the process, and nothing could catch that. */
const MAX_NESTING = 1_500;
const MAX_IN_A_ROW = 6_000;
/** Marks of constructs that nest without a bracket. */
const MARKS = ["=>", "else", "!", "await", "?", "**", "<"];
/** Members and sums, which nest to the left, take less. */
const LINKS = [".", "+", "-", "*", "/", "%", "|", "&"];
const MAX_LINKS = 30_000;

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
  // Few texts hold so many at all.
  return (
    text.length > 12_000 &&
    (MARKS.some((mark) => countOf(text, mark) > MAX_IN_A_ROW) ||
      LINKS.some((mark) => countOf(text, mark) > MAX_LINKS / 2)) &&
    hasLongRow(text)
  );
}

function countOf(text: string, mark: string): number {
  let count = 0;
  for (let at = text.indexOf(mark); at !== -1; at = text.indexOf(mark, at + mark.length)) count += 1;
  return count;
}

/** `a?: b`, `a?.b`, `a ?? b` and `a !== b` are no steps down. */
const STEPS = /[([{}\])]|[;,]|\n|=>|>|\belse\b|\bawait\b|\?(?![?:,)]|\.\D)|!(?!=)|\*\*|<|[.+*/%|&-]/g;
const BEGINS =
  /[^\S\n]*(?:(?:export|import|const|let|var|function|class|interface|type|enum|return|throw|try|switch|for|while)\b|(if)\b)/y;

interface Row {
  marks: number;
  /** A semicolon does not end a chain of these. */
  elses: number;
  /** Type arguments and elements, which end by their own mark. */
  open: number;
  links: number;
}

/** Whether so many marks follow one another between the same two brackets that one may stand within the other. */
function hasLongRow(text: string): boolean {
  const rows: Row[] = [];
  let row: Row = { marks: 0, elses: 0, open: 0, links: 0 };
  for (const { 0: step, index } of text.matchAll(STEPS)) {
    switch (step) {
      case "(":
      case "[":
      case "{":
        rows.push(row);
        row = { marks: 0, elses: 0, open: 0, links: 0 };
        break;
      case ")":
      case "]":
      case "}":
        row = rows.pop() ?? { marks: 0, elses: 0, open: 0, links: 0 };
        break;
      case ";":
      case ",":
        row.marks = 0;
        row.links = 0;
        break;
      case "\n": {
        BEGINS.lastIndex = index + 1;
        const begins = BEGINS.exec(text);
        if (begins === null) break;
        row.marks = 0;
        row.links = 0;
        row.open = 0;
        if (begins[1] === undefined) row.elses = 0;
        break;
      }
      case "else":
        row.elses += 1;
        break;
      case "<":
        row.open += 1;
        break;
      case ">":
        row.open = Math.max(0, row.open - 1);
        break;
      case ".":
      case "+":
      case "-":
      case "*":
      case "/":
      case "%":
      case "|":
      case "&":
        row.links += 1;
        break;
      default:
        row.marks += 1;
    }
    if (row.links > MAX_LINKS) return true;
    if (row.marks + row.elses + row.open > MAX_IN_A_ROW) return true;
  }
  return false;
}
