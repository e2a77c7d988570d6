import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from "node:crypto";

export const ALERTS_URL = "https://site.test/api/v1/github-secret-scanning/alerts";

/** Whoever signs alerts, GitHub or somebody else. */
export interface Signer {
  readonly identifier: string;
  readonly privateKey: KeyObject;
  /** The published list with this one's public key. */
  list(): Response;
}

export function newSigner(): Signer {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const key = publicKey.export({ type: "spki", format: "pem" });
  const identifier = createHash("sha256").update(key).digest("hex");
  const list = () => Response.json({ public_keys: [{ key_identifier: identifier, key, is_current: true }] });
  return { identifier, privateKey, list };
}

export function alertOf({ identifier, privateKey }: Signer, matches: unknown, change: { body?: string } = {}): Request {
  const signed = typeof matches === "string" ? matches : JSON.stringify(matches);
  return new Request(ALERTS_URL, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "github-public-key-identifier": identifier,
      "github-public-key-signature": sign("sha256", Buffer.from(signed), privateKey).toString("base64"),
    },
    body: change.body ?? signed,
  });
}

export const hashOf = (token: string): string => createHash("sha256").update(token).digest("hex");
export const newToken = (): string => `acme_${randomBytes(16).toString("hex")}`;
