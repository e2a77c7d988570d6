const ALGORITHM = { name: "Ed25519" } as const;

export const PUBLIC_KEY_BYTES = 32;

/**
 * y of the points of small order, least octet first, in every encoding and without the sign bit. Under such a key anybody
 * can make a signature (RFC 8032 §7, "Taming the many EdDSAs"), and the first is what a placeholder of zeros decodes to.
 */
const SMALL_ORDER: ReadonlySet<string> = new Set([
  "00".repeat(32),
  `01${"00".repeat(31)}`,
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
  `ec${"ff".repeat(30)}7f`,
  `ed${"ff".repeat(30)}7f`,
  `ee${"ff".repeat(30)}7f`,
]);

/** True of a public key that binds a signature to nobody. */
export function isSmallOrder(publicKey: Uint8Array): boolean {
  const y = publicKey.map((octet, at) => (at === PUBLIC_KEY_BYTES - 1 ? octet & 0x7f : octet));
  return SMALL_ORDER.has([...y].map((octet) => octet.toString(16).padStart(2, "0")).join(""));
}

/** True when the holder of the public key's secret has signed exactly these bytes (RFC 8032 §5.1.7). */
export async function isEd25519(
  publicKey: Uint8Array<ArrayBuffer>,
  message: Uint8Array<ArrayBuffer>,
  signature: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  const imported = await crypto.subtle.importKey("raw", publicKey, ALGORITHM, false, ["verify"]);
  return crypto.subtle.verify(ALGORITHM, imported, signature, message);
}
