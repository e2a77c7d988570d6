/** RFC 8037 §3.2 and RFC 7518 §4.6: key agreement over X25519, then AES key wrap. For secrets. */
export const SEALING_ALGORITHM = "ECDH-ES+A256KW";
/**
 * RFC 7518 §4.4. For what the KEK wraps. Chosen over A256GCMKW because AES key wrap takes no nonce, so a
 * KEK that lives for years has no collision to fear.
 */
export const WRAPPING_ALGORITHM = "A256KW";
/** RFC 7518 §5.3. */
export const CONTENT_ENCRYPTION = "A256GCM";

export type KeyManagementAlgorithm = typeof SEALING_ALGORITHM | typeof WRAPPING_ALGORITHM;
