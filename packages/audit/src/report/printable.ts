/**
 * Text of judged code made harmless for a terminal: control characters (escape sequences among them), direction
 * overrides and characters without a width are shown as `?`; line ends and tabs as blanks.
 */
export function printable(text: string): string {
  return text
    .replaceAll(/\r\n|[\t\n\r\u2028\u2029]/g, " ")
    .replaceAll(/[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]/g, "?");
}
