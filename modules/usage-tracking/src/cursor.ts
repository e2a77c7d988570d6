import { Problem } from "@meterr/runtime";
import { z } from "zod";

/** Where a page ended: an instant in whole microseconds since the epoch, and the id beside it. */
export interface Cursor {
  readonly micros: string;
  readonly id: string;
}

// Sixteen digits of microseconds end in 2286, and PostgreSQL computes with them exactly (2^53).
const FORM = /^(\d{1,16})_([0-9a-f-]{36})$/;
const id = z.uuid();

export function writeCursor(cursor: Cursor): string {
  return `${cursor.micros}_${cursor.id}`;
}

/** Throws Problem `invalid_input` for anything writeCursor did not make. */
export function readCursor(text: string | undefined): Cursor | null {
  if (text === undefined) return null;
  const match = FORM.exec(text);
  if (match?.[1] === undefined || match[2] === undefined || !id.safeParse(match[2]).success) {
    throw new Problem("invalid_input", {
      detail: "Use next_cursor of the page before.",
      errors: [{ path: "query.cursor" }],
    });
  }
  return { micros: match[1], id: match[2] };
}
