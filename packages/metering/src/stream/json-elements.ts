import { LONGEST_LINE } from "./sse-events.ts";

/**
 * Splits the elements out of a streamed JSON array of objects (Google without `alt=sse`), whose chunks may end at any
 * byte. Each element is given as bytes; what is no array of objects simply yields none.
 */
export class JsonElements {
  readonly #onElement: (bytes: Uint8Array) => void;
  #depth = 0;
  #inString = false;
  #escaped = false;
  #pieces: Uint8Array[] = [];
  #pending = 0;
  /** The array's closing bracket was seen. */
  closed = false;
  oversized = false;

  constructor(onElement: (bytes: Uint8Array) => void) {
    this.#onElement = onElement;
  }

  push(chunk: Uint8Array): void {
    let start = this.#depth >= 2 ? 0 : -1;
    for (let index = 0; index < chunk.length; index++) {
      const byte = chunk[index];
      if (this.#inString) {
        if (this.#escaped) this.#escaped = false;
        else if (byte === 0x5c) this.#escaped = true;
        else if (byte === 0x22) this.#inString = false;
      } else if (byte === 0x22) this.#inString = true;
      else if (byte === 0x7b || byte === 0x5b) {
        if (this.#depth === 1 && start === -1) start = index;
        this.#depth++;
      } else if (byte === 0x7d || byte === 0x5d) {
        this.#depth--;
        if (this.#depth === 1 && start !== -1) {
          this.#keep(chunk.subarray(start, index + 1));
          this.#elementEnds();
          start = -1;
        }
        if (this.#depth === 0) this.closed = true;
      }
    }
    if (start !== -1) this.#keep(chunk.subarray(start));
  }

  #keep(piece: Uint8Array): void {
    this.#pending += piece.length;
    if (this.#pending <= LONGEST_LINE) this.#pieces.push(piece);
    else {
      this.#pieces = [];
      this.oversized = true;
    }
  }

  #elementEnds(): void {
    const [only] = this.#pieces;
    const whole = this.#pending <= LONGEST_LINE;
    const bytes = this.#pieces.length === 1 && only !== undefined ? only : Buffer.concat(this.#pieces);
    this.#pieces = [];
    this.#pending = 0;
    if (whole) this.#onElement(bytes);
  }
}
