import { createCipheriv, createHash, randomBytes } from "node:crypto";

/**
 * A sealer that shares no code with the vault: RFC 7518 §4.6 (Concat KDF), RFC 3394 and AES-GCM from
 * node:crypto, given the shared secret of the key agreement as published. What it makes must open.
 */
export function sealWithSharedSecret(input: {
  readonly sharedSecret: Buffer;
  readonly header: Record<string, unknown>;
  readonly plaintext: string;
}): string {
  const { sharedSecret, header, plaintext } = input;
  const kek = concatKdf(sharedSecret, "A256KW");
  const cek = randomBytes(32);
  const wrap = createCipheriv("id-aes256-wrap", kek, Buffer.alloc(8, 0xa6));
  const encryptedKey = Buffer.concat([wrap.update(cek), wrap.final()]);
  const encodedHeader = Buffer.from(JSON.stringify(header)).toString("base64url");
  const iv = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", cek, iv).setAAD(Buffer.from(encodedHeader, "ascii"));
  const ciphertext = Buffer.concat([cipher.update(plaintext, "utf8"), cipher.final()]);
  const rest = [encryptedKey, iv, ciphertext, cipher.getAuthTag()].map((part) => part.toString("base64url"));
  return [encodedHeader, ...rest].join(".");
}

/** RFC 7518 §4.6.2, one round of SHA-256: AlgorithmID, empty PartyUInfo and PartyVInfo, 256 bits of key. */
function concatKdf(sharedSecret: Buffer, wrap: "A256KW"): Buffer {
  const algorithm = Buffer.from(`ECDH-ES+${wrap}`);
  const info = [uint32(algorithm.length), algorithm, uint32(0), uint32(0), uint32(256)];
  return createHash("sha256")
    .update(Buffer.concat([uint32(1), sharedSecret, ...info]))
    .digest();
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
