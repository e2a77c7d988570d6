// Characters that take two columns (Unicode UAX #11 W and F, the common blocks) and emoji.
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}|[\u{20000}-\u{3fffd}]/u;
const NONE = /^(?:\p{Mn}|\p{Me}|\p{Cf}|\p{Variation_Selector})$/u;

/** Columns a text takes on a terminal, near enough to align. */
export function widthOf(text: string): number {
  if (/^[\u0020-\u007e]*$/.test(text)) return text.length;
  let width = 0;
  for (const character of text) width += NONE.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
  return width;
}

export function padEnd(text: string, to: number): string {
  return text + " ".repeat(Math.max(0, to - widthOf(text)));
}

export function padStart(text: string, to: number): string {
  return " ".repeat(Math.max(0, to - widthOf(text))) + text;
}

/** Cut at the end to at most `to` columns, with `…` in place of what is gone. */
export function truncate(text: string, to: number): string {
  if (widthOf(text) <= to) return text;
  let [kept, width] = ["", 0];
  for (const character of text) {
    width += widthOf(character);
    if (width > to - 1) break;
    kept += character;
  }
  return `${kept}…`;
}

/** Cut at the start: of a path the end says more. */
export function truncateStart(text: string, to: number): string {
  if (widthOf(text) <= to) return text;
  const characters = [...text];
  let [kept, width] = ["", 0];
  for (const character of characters.toReversed()) {
    width += widthOf(character);
    if (width > to - 1) break;
    kept = character + kept;
  }
  return `…${kept}`;
}

/** Lines of at most `to` columns, broken at blanks; a longer word stands alone and sticks out. */
export function wrap(text: string, to: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/).filter((part) => part !== "")) {
    if (line !== "" && widthOf(line) + 1 + widthOf(word) > to) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  if (line !== "") lines.push(line);
  return lines;
}
