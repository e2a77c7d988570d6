import type { Extraction } from "@meterr/metering";

/** Stands between the provider's bytes and the client's and keeps only the usage block. */
export interface UsageReader {
  /** Whether the bytes passed on are exactly those received, so that content-length still holds. */
  readonly keepsLength: boolean;
  /** Takes a piece of the provider's body; returns what the client gets of it, if anything. */
  push(chunk: Buffer): Uint8Array | null;
  /** The body is at its end; returns what was still held back. */
  end(): Uint8Array | null;
  /** What was learned so far, and whether it is the provider's last word. */
  usage(): { readonly extraction: Extraction; readonly final: boolean } | null;
}
