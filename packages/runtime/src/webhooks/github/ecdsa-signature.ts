/** Octets of r and of s on P-256. */
const SIZE = 32;

const SEQUENCE = 0x30;
const INTEGER = 0x02;

/**
 * An ECDSA signature from DER (RFC 3279 §2.2.3: SEQUENCE of two INTEGERs) to r and s at full length, as Web Crypto takes
 * it. Null for anything but the one encoding of two positive numbers of at most 256 bits: no second spelling passes.
 */
export function signatureFromDer(der: Uint8Array): Uint8Array<ArrayBuffer> | null {
  // Two numbers of 33 octets at most fit a length of one octet (X.690 §8.1.3.4).
  if (der.byteLength < 8 || der[0] !== SEQUENCE || der[1] !== der.byteLength - 2) return null;
  const r = integerAt(der, 2);
  if (r === null) return null;
  const s = integerAt(der, r.end);
  if (s === null || s.end !== der.byteLength) return null;
  const whole = new Uint8Array(2 * SIZE);
  whole.set(r.digits, SIZE - r.digits.byteLength);
  whole.set(s.digits, 2 * SIZE - s.digits.byteLength);
  return whole;
}

/** The octets of a positive INTEGER without its sign, and where the next value begins. */
function integerAt(der: Uint8Array, at: number): { digits: Uint8Array; end: number } | null {
  const length = der[at + 1] ?? 0;
  const start = at + 2;
  const end = start + length;
  if (der[at] !== INTEGER || length < 1 || length > SIZE + 1 || end > der.byteLength) return null;
  const [first = 0, second = 0] = der.subarray(start, end);
  if (first > 0x7f) return null; // negative
  if (first !== 0) return length > SIZE ? null : { digits: der.subarray(start, end), end };
  // X.690 §8.3.2: a leading zero only where the next bit would be taken for a sign. Zero itself is no r and no s.
  return length < 2 || second < 0x80 ? null : { digits: der.subarray(start + 1, end), end };
}
