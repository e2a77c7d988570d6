import { MeteringError } from "./errors.ts";
import type { Extraction } from "./extract/extraction.ts";
import type { Endpoint } from "./provider.ts";
import { anthropicReader } from "./stream/anthropic-reader.ts";
import { googleReader } from "./stream/google-reader.ts";
import { JsonElements } from "./stream/json-elements.ts";
import { openaiChatReader } from "./stream/openai-chat-reader.ts";
import { openaiResponsesReader } from "./stream/openai-responses-reader.ts";
import { SseEvents, type EventData } from "./stream/sse-events.ts";
import type { UsageReader } from "./stream/usage-reader.ts";

export interface StreamReport {
  /** Null until a usage block was seen. */
  readonly extraction: Extraction | null;
  /** The usage is the final one. When false, what the answer cost is not known. */
  readonly complete: boolean;
  /** The provider marked the end of its answer. */
  readonly finished: boolean;
  /** The provider reported an error inside the stream. */
  readonly errored: boolean;
  /** An event was too long to be read. */
  readonly oversized: boolean;
  /** Events (SSE) or elements (JSON array) seen so far, comments included. */
  readonly events: number;
}

export interface StreamTapOptions {
  /** The request did not ask for usage and we added `include_usage`: take the extra chunk out again. */
  readonly removeUsage?: boolean;
  /** Google streams a JSON array unless asked for `alt=sse`. */
  readonly format?: "sse" | "json-array";
}

/**
 * Watches a streamed answer. `push` answers the bytes to pass on: the very chunk when nothing is removed. With
 * `removeUsage` an event whose end has not arrived is held back, up to `MOST_HELD` bytes; `end` gives up what is held.
 */
export interface StreamTap {
  push(chunk: Uint8Array): Uint8Array;
  end(): Uint8Array;
  report(): StreamReport;
}

/** A usage chunk has well under a kilobyte, so an event that outgrows 64 KiB is none and need not wait. */
export const MOST_HELD = 64 * 1024;
const NO_BYTES = new Uint8Array(0);

const READERS: Readonly<Partial<Record<Endpoint, () => UsageReader>>> = {
  "chat.completions": openaiChatReader,
  responses: openaiResponsesReader,
  messages: anthropicReader,
  streamGenerateContent: googleReader,
};

const NEWLINE = Buffer.from("\n");

function joined(data: EventData): Uint8Array {
  const [first] = data;
  if (data.length === 1 && first !== undefined) return first;
  return Buffer.concat(data.flatMap((line, index) => (index === 0 ? [line] : [NEWLINE, line])));
}

function reportOf(reader: UsageReader, events: number, oversized: boolean): StreamReport {
  return {
    extraction: reader.extraction(),
    complete: reader.complete(),
    finished: reader.finished(),
    errored: reader.errored(),
    oversized,
    events,
  };
}

function jsonArrayTap(reader: UsageReader): StreamTap {
  let count = 0;
  const elements = new JsonElements((bytes) => {
    count++;
    reader.read(bytes);
  });
  return {
    push(chunk) {
      elements.push(chunk);
      return chunk;
    },
    end: () => NO_BYTES,
    report: () => reportOf(reader, count, elements.oversized),
  };
}

function sseTap(reader: UsageReader, removeUsage: boolean): StreamTap {
  let count = 0;
  /** Bytes of the current event that came with earlier chunks. */
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  /** The current event grew too long to wait for, so its beginning has been passed on. */
  let released = false;
  /** In the current chunk: what is passed on so far, and where the next run of bytes to pass on begins. */
  let out: Uint8Array[] = [];
  let run = 0;
  let eventStart = 0;
  let current: Uint8Array = NO_BYTES;

  const events = new SseEvents((data, end) => {
    count++;
    const remove = data.length > 0 && reader.read(joined(data)) && removeUsage && !released;
    if (remove) {
      if (eventStart > run) out.push(current.subarray(run, eventStart));
      run = end;
    } else if (held.length > 0) out.push(...held);
    held = [];
    heldBytes = 0;
    released = false;
    eventStart = end;
  });

  const hold = (rest: Uint8Array): void => {
    if (rest.length === 0) return;
    if (released || heldBytes + rest.length > MOST_HELD) {
      out.push(...held, rest);
      held = [];
      heldBytes = 0;
      released = true;
    } else {
      held.push(rest);
      heldBytes += rest.length;
    }
  };

  return {
    push(chunk) {
      if (!removeUsage) {
        events.push(chunk);
        return chunk;
      }
      [out, run, eventStart, current] = [[], 0, 0, chunk];
      events.push(chunk);
      if (eventStart === chunk.length && run === 0 && out.length === 0) return chunk;
      if (eventStart > run) out.push(chunk.subarray(run, eventStart));
      hold(chunk.subarray(eventStart));
      const [only] = out;
      return out.length === 1 && only !== undefined ? only : out.length === 0 ? NO_BYTES : Buffer.concat(out);
    },
    end() {
      [out, run, eventStart, current] = [[], 0, 0, NO_BYTES];
      events.end();
      const rest = [...out, ...held];
      held = [];
      return rest.length === 0 ? NO_BYTES : Buffer.concat(rest);
    },
    report: () => reportOf(reader, count, events.oversized),
  };
}

/** @throws MeteringError `usage_invalid` for an endpoint that does not stream. */
export function streamTap(endpoint: Endpoint, options: StreamTapOptions = {}): StreamTap {
  const reader = READERS[endpoint]?.();
  if (reader === undefined) throw new MeteringError("usage_invalid", "This endpoint does not stream");
  return options.format === "json-array" ? jsonArrayTap(reader) : sseTap(reader, options.removeUsage ?? false);
}
