import { createHash } from "node:crypto";

/**
 * SHA-256 of a file, 64 hex digits. Line ends do not count: a host whose git turns LF into CRLF has not edited its
 * modules.
 */
export function hashOf(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString("latin1").replaceAll("\r\n", "\n");
  return createHash("sha256").update(text, "latin1").digest("hex");
}
