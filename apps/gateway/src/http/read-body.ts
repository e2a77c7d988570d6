import type { IncomingMessage } from "node:http";
import { Refusal } from "../refusal.ts";

/** The client left before its request was complete: there is nobody to answer. */
export class ClientGone extends Error {
  override readonly name = "ClientGone";
}

/**
 * Reads a request body of at most `maxBytes`. Throws Refusal body_too_large as soon as the bound is passed,
 * and request_invalid for a content coding: a compressed body cannot be bounded before it is unpacked.
 * The request is left undestroyed then, so that the refusal still reaches the client. Throws ClientGone.
 */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const coding = request.headers["content-encoding"];
  if (coding !== undefined && coding !== "identity") {
    throw new Refusal("request_invalid", "Send the request body without a content-encoding.", { status: 415 });
  }
  const declared = request.headers["content-length"];
  if (declared !== undefined && Number(declared) > maxBytes) throw tooLarge(maxBytes);
  if (request.destroyed && !request.complete) throw new ClientGone();
  return collect(request, maxBytes);
}

function collect(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const stop = (): void => {
      request.off("data", onData).off("end", onEnd).off("close", onClose);
    };
    const onData = (chunk: Buffer): void => {
      size += chunk.length;
      if (size <= maxBytes) {
        chunks.push(chunk);
        return;
      }
      stop();
      request.pause();
      reject(tooLarge(maxBytes));
    };
    const onEnd = (): void => {
      stop();
      const [only] = chunks;
      resolve(chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks, size));
    };
    const onClose = (): void => {
      stop();
      reject(new ClientGone());
    };
    request.on("data", onData).on("end", onEnd).on("close", onClose);
    request.on("error", () => undefined);
  });
}

function tooLarge(maxBytes: number): Refusal {
  return new Refusal("body_too_large", `The request body is larger than ${maxBytes} bytes.`);
}
