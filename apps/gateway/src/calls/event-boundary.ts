/**
 * Knows where a server-sent event stream stands, so that an event of our own can be put in without running into the
 * provider's (https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream).
 */
export class EventBoundary {
  #tail = "";

  passed(chunk: Uint8Array): void {
    const last = Buffer.from(chunk.buffer, chunk.byteOffset + Math.max(0, chunk.length - 4), Math.min(4, chunk.length));
    this.#tail = (this.#tail + last.toString("latin1")).slice(-4);
  }

  /** What must stand before the next event; null in the middle of a line, where nothing can be put in. */
  lead(): string | null {
    if (this.#tail === "" || /(?:\n\n|\r\n\r\n|\r\r)$/.test(this.#tail)) return "";
    if (this.#tail.endsWith("\n")) return "\n";
    // After a lone CR the first LF may belong to it, so that only a second one makes the blank line.
    return this.#tail.endsWith("\r") ? "\n\n" : null;
  }
}
