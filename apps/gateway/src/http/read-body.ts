import type { IncomingMessage } from "node:http";
import { Refusal } from "../refusal.ts";

/**
 * Reads a request body of at most `maxBytes`. Throws Refusal body_too_large as soon as the bound is passed,
 * and request_invalid for a content coding: a compressed body cannot be bounded before it is unpacked.
 */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const coding = request.headers["content-encoding"];
  if (coding !== undefined && coding !== "identity") {
    throw new Refusal("request_invalid", "Send the request body without a content-encoding.", { status: 415 });
  }
  const declared = request.headers["content-length"];
  if (declared !== undefined && Number(declared) > maxBytes) throw tooLarge(maxBytes);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) throw tooLarge(maxBytes);
    chunks.push(chunk);
  }
  const [only] = chunks;
  return chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks, size);
}

function tooLarge(maxBytes: number): Refusal {
  return new Refusal("body_too_large", `The request body is larger than ${maxBytes} bytes.`);
}
