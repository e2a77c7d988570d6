/**
 * The body as text that encodes to exactly these bytes, or null. Libraries that sign text would otherwise drop a byte
 * order mark and take every malformed byte for the same character, so that two bodies had one signature.
 */
export function bodyText(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}
