const ALGORITHM = { name: "HMAC", hash: "SHA-256" } as const;

/** True when `signature` is the whole HMAC-SHA-256 of the message (RFC 2104). Compared in constant time by Web Crypto. */
export async function isHmacSha256(
  secret: Uint8Array<ArrayBuffer>,
  message: Uint8Array<ArrayBuffer>,
  signature: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  const imported = await crypto.subtle.importKey("raw", secret, ALGORITHM, false, ["verify"]);
  return crypto.subtle.verify("HMAC", imported, signature, message);
}
