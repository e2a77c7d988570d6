import { Problem } from "@meterr/runtime";

/** Where a page ended: an instant in whole microseconds since the epoch, and the id beside it. */
export interface Cursor {
  readonly micros: string;
  readonly id: string;
}

export function writeCursor(cursor: Cursor): string {
  return `${cursor.micros}_${cursor.id}`;
}

/** Throws Problem `invalid_input` for anything writeCursor did not make. */
export function readCursor(text: string | undefined): Cursor | null {
  if (text === undefined) return null;
  const match = /^(\d{1,18})_([0-9a-f]{8}-[0-9a-f-]{27})$/.exec(text);
  if (match?.[1] === undefined || match[2] === undefined) {
    throw new Problem("invalid_input", {
      detail: "Use next_cursor of the page before.",
      errors: [{ path: "query.cursor" }],
    });
  }
  return { micros: match[1], id: match[2] };
}
