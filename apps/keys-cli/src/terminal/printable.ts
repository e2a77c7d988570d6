/**
 * Text that came from elsewhere, made harmless for a terminal: control characters (escape
 * sequences among them) and direction overrides are shown as `?`.
 */
export function printable(text: string): string {
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, "?");
}
