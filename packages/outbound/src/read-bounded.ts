import type { Readable } from "node:stream";

/**
 * Reads at most `limit` bytes of a body, for error answers that are looked at and not passed on.
 *
 * @returns the bytes, and whether there were more; what is left unread is destroyed with its connection
 * @throws OutboundError when the body breaks off
 */
export async function readBounded(body: Readable, limit: number): Promise<{ bytes: Buffer; truncated: boolean }> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > limit) return { bytes: Buffer.concat(chunks).subarray(0, limit), truncated: true }; // leaving destroys the stream
  }
  return { bytes: Buffer.concat(chunks), truncated: false };
}
