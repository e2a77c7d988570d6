import { extractUsageFromBytes, type Endpoint } from "@meterr/metering";
import type { UsageReader } from "./usage-reader.ts";

/** Passes a plain JSON answer on byte for byte and reads its usage block at the end. */
export function plainReader(endpoint: Endpoint, maxBytes: number): UsageReader {
  let chunks: Buffer[] = [];
  let size = 0;
  let ended = false;
  return {
    keepsLength: true,
    push(chunk) {
      size += chunk.length;
      if (size <= maxBytes) chunks.push(chunk);
      else chunks = [];
      return chunk;
    },
    end() {
      ended = true;
      return null;
    },
    usage() {
      if (!ended || size > maxBytes) return null;
      const [only] = chunks;
      const body = chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks);
      chunks = [];
      const extraction = extractUsageFromBytes(endpoint, body);
      return extraction.buckets === null ? null : { extraction, final: true };
    },
  };
}

/** For endpoints that cost nothing: bytes pass, nothing is read. */
export function freeReader(): UsageReader {
  return { keepsLength: true, push: (chunk) => chunk, end: () => null, usage: () => null };
}
