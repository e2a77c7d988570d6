/** A line longer than this (8 MiB) is passed on but not read: larger than any documented event. */
export const LONGEST_LINE = 8 * 1024 * 1024;

const LF = 0x0a;
const CR = 0x0d;
const COLON = 0x3a;
const SPACE = 0x20;
const BOM = [0xef, 0xbb, 0xbf];
const DATA = [0x64, 0x61, 0x74, 0x61];

/** Data of one event, a piece for each `data:` line; empty for comments and events without data. */
export type EventData = readonly Uint8Array[];

function startsWith(line: Uint8Array, prefix: readonly number[]): boolean {
  for (let index = 0; index < prefix.length; index++) if (line[index] !== prefix[index]) return false;
  return true;
}

/**
 * Splits server-sent events out of chunks that may end at any byte. Steps as in
 * https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream: one leading byte order mark
 * is dropped, lines end at CR LF, LF or CR, a blank line ends the event, a comment line starts with a colon.
 * Lines stay bytes; whoever wants text decodes a whole line, so a character cut by a chunk is no concern here.
 */
export class SseEvents {
  readonly #onEvent: (data: EventData, end: number) => void;
  #pieces: Uint8Array[] = [];
  #pending = 0;
  #data: Uint8Array[] = [];
  #firstLine = true;
  /** The last chunk ended in CR: whether its line ends there or after an LF shows at the next byte. */
  #afterCr = false;
  oversized = false;

  /** `onEvent` gets an event's data and the offset in the current chunk just behind the event. */
  constructor(onEvent: (data: EventData, end: number) => void) {
    this.#onEvent = onEvent;
  }

  push(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    let from = 0;
    if (this.#afterCr) {
      this.#afterCr = false;
      from = chunk[0] === LF ? 1 : 0;
      this.#lineEnds(chunk.subarray(0, 0), from);
    }
    let cr = chunk.indexOf(CR, from);
    for (;;) {
      const lf = chunk.indexOf(LF, from);
      if (cr !== -1 && cr < from) cr = chunk.indexOf(CR, from);
      const stop = lf === -1 || (cr !== -1 && cr < lf) ? cr : lf;
      if (stop === -1) return this.#keep(chunk.subarray(from));
      let end = stop + 1;
      if (stop === cr) {
        if (end === chunk.length) {
          this.#keep(chunk.subarray(from, stop));
          this.#afterCr = true;
          return;
        }
        if (chunk[end] === LF) end++;
      }
      this.#lineEnds(chunk.subarray(from, stop), end);
      from = end;
    }
  }

  /** The stream is over. An event without its blank line is dropped, as the specification says. */
  end(): void {
    if (!this.#afterCr) return;
    this.#afterCr = false;
    this.#lineEnds(new Uint8Array(0), 0);
  }

  #keep(piece: Uint8Array): void {
    if (piece.length === 0) return;
    this.#pending += piece.length;
    if (this.#pending <= LONGEST_LINE) this.#pieces.push(piece);
    else {
      this.#pieces = [];
      this.oversized = true;
    }
  }

  #lineEnds(rest: Uint8Array, end: number): void {
    let line = rest;
    if (this.#pending > 0) {
      this.#keep(rest);
      line = Buffer.concat(this.#pieces);
    }
    const unread = this.#pending > LONGEST_LINE;
    this.#pieces = [];
    this.#pending = 0;
    if (unread) return;
    if (this.#firstLine && startsWith(line, BOM)) line = line.subarray(BOM.length);
    this.#firstLine = false;
    if (line.length === 0) return this.#eventEnds(end);
    if (!startsWith(line, DATA)) return;
    if (line.length === DATA.length) this.#data.push(line.subarray(line.length));
    else if (line[DATA.length] === COLON) {
      this.#data.push(line.subarray(line[DATA.length + 1] === SPACE ? DATA.length + 2 : DATA.length + 1));
    }
  }

  #eventEnds(end: number): void {
    const data = this.#data;
    this.#data = [];
    this.#onEvent(data, end);
  }
}
