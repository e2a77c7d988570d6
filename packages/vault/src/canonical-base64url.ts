/** True when a segment is the one canonical base64url form of its bytes, without padding (RFC 7515 §2), and not empty. */
export function isCanonicalBase64url(segment: string): boolean {
  return segment.length > 0 && Buffer.from(segment, "base64url").toString("base64url") === segment;
}
