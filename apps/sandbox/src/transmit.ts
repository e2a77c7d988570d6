import type { ServerResponse } from "node:http";
import { once } from "node:events";
import { setImmediate as turn, setTimeout as pause } from "node:timers/promises";
import type { Directives } from "./directives.ts";
import type { Provider, Reply } from "./exchange.ts";
import { errorFrame } from "./provider-error.ts";

export interface Pacing {
  /** Before the first byte. */
  latencyMs: number;
  /** Between streamed chunks. */
  chunkDelayMs: number;
  /** A stall never lasts longer: then the socket is destroyed. */
  maxStallMs: number;
}

export interface Sending {
  response: ServerResponse;
  provider: Provider;
  requestId: string;
  directives: Directives;
  pacing: Pacing;
  /** Provider headers, computed when the head is written. */
  headers: () => Record<string, string>;
  /** Called for each body write with its bytes. */
  wrote: (bytes: number) => void;
  /** Aborted when the caller hangs up or the sandbox closes. */
  signal: AbortSignal;
}

const GARBAGE = "<html><body>[simulated] 502 upstream connect error</body></html>\n";
/** Bytes a split answer writes one at a time; the rest follows whole, so that a large answer still ends. */
const SPLIT_BYTES = 65_536;

/** Writes a reply with the faults asked for. True when all of it was sent as the provider would have sent it. */
export async function transmit(reply: Reply, sending: Sending): Promise<boolean> {
  const { directives, pacing, signal, response } = sending;
  const wait = directives.wait ?? pacing.latencyMs;
  if (wait > 0) await pause(wait, undefined, { signal });
  if (directives.stallBeforeHeaders) return stall(sending);
  if (directives.garbage) reply = garbled(reply);
  if (reply.kind === "stream") {
    response.writeHead(200, { ...reply.headers, ...sending.headers() });
    return sendFrames(reply.frames, sending);
  }
  return sendWhole(reply, sending);
}

function garbled(reply: Reply): Reply {
  if (reply.kind === "stream") return { ...reply, frames: [`data: {"simulated garbage\n\n`, GARBAGE] };
  return { ...reply, status: 200, body: GARBAGE };
}

async function sendWhole(reply: Reply & { kind: "whole" }, sending: Sending): Promise<boolean> {
  const { directives, response } = sending;
  const length = Buffer.byteLength(reply.body);
  response.writeHead(reply.status, { ...reply.headers, "content-length": String(length), ...sending.headers() });
  if (directives.stall) {
    response.flushHeaders();
    return stall(sending);
  }
  if (directives.halfStream) {
    await write(sending, reply.body.slice(0, reply.body.length >> 1));
    return cut(sending);
  }
  if (directives.split) {
    await write(sending, reply.body);
    response.end();
    return true;
  }
  // The fast path: head and body leave in one system call.
  sending.wrote(length);
  response.end(reply.body);
  return true;
}

async function sendFrames(frames: Iterable<string>, sending: Sending): Promise<boolean> {
  const { directives, response, signal } = sending;
  if (directives.stall) {
    response.flushHeaders();
    return stall(sending);
  }
  const delay = directives.slow ?? sending.pacing.chunkDelayMs;
  const broken = directives.halfStream || directives.errorEvent;
  const planned = broken ? [...frames] : frames;
  const breakAfter = Array.isArray(planned) && broken ? Math.max(1, planned.length >> 1) : Number.POSITIVE_INFINITY;
  let sent = 0;
  for (const frame of planned) {
    // One frame per turn of the loop: a provider's chunks arrive apart, and what reads them must see them so.
    if (sent > 0) await (delay > 0 ? pause(delay, undefined, { signal }) : turn());
    if (signal.aborted) return false;
    if (sent >= breakAfter) {
      if (directives.halfStream) return cut(sending);
      await write(sending, errorFrame(sending.provider, sending.requestId));
      response.end();
      return false;
    }
    await write(sending, frame);
    sent += 1;
  }
  response.end();
  return true;
}

async function write(sending: Sending, text: string): Promise<void> {
  const { response, signal } = sending;
  sending.wrote(Buffer.byteLength(text));
  if (!sending.directives.split) {
    if (!response.write(text)) await once(response, "drain", { signal });
    return;
  }
  const bytes = Buffer.from(text);
  const single = Math.min(bytes.length, SPLIT_BYTES);
  for (let at = 0; at < single; at += 1) {
    response.write(bytes.subarray(at, at + 1));
    await turn(undefined, { signal });
  }
  if (single < bytes.length) response.write(bytes.subarray(single));
}

async function stall(sending: Sending): Promise<boolean> {
  await pause(sending.pacing.maxStallMs, undefined, { signal: sending.signal, ref: false });
  return cut(sending);
}

async function cut(sending: Sending): Promise<boolean> {
  const { response } = sending;
  // What was written must leave before the reset, or half a stream would be none.
  if (response.headersSent) await new Promise<void>((resolve) => response.write("", () => resolve()));
  response.destroy();
  return false;
}
