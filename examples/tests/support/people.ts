import { createHash, randomBytes, scryptSync } from "node:crypto";

/** A password, and what the hosts keep of it: salt and scrypt, in hex. */
export function passwordForTest(): { readonly password: string; readonly stored: string } {
  const password = randomBytes(9).toString("base64url");
  const salt = randomBytes(16);
  return { password, stored: `${salt.toString("hex")}:${scryptSync(password, salt, 32).toString("hex")}` };
}

/** A session's token, and the hash that the hosts keep of it. */
export function tokenForTest(): { readonly token: string; readonly hash: Buffer } {
  const token = randomBytes(32).toString("base64url");
  return { token, hash: createHash("sha256").update(token).digest() };
}

/** A word that must not show anywhere but to its owner. */
export function canary(): string {
  return `canary-${randomBytes(8).toString("hex")}`;
}
