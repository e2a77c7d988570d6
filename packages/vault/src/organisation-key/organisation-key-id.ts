import { createHash } from "node:crypto";
import type { X25519PublicJwk } from "./public-jwk.ts";

const PATTERN = /^(?<generation>[0-9]{4})-[0-9a-f]{32}$/;
const MAX_GENERATION = 9999;

/**
 * The id of an organisation key: its generation (1, 2, … as four digits, so that ids sort by age), then the
 * first half of its RFC 7638 thumbprint in hex, so that an id cannot stand for another key. Lower case,
 * because some file systems ignore case.
 */
export function organisationKeyId(generation: number, jwk: X25519PublicJwk): string {
  if (!Number.isInteger(generation) || generation < 1 || generation > MAX_GENERATION) {
    throw new RangeError("An organisation has between 1 and 9999 generations of keys.");
  }
  const canonical = JSON.stringify({ crv: jwk.crv, kty: jwk.kty, x: jwk.x }); // RFC 7638 §3.2, RFC 8037 §2
  const thumbprint = createHash("sha256").update(canonical).digest("hex").slice(0, 32);
  return `${String(generation).padStart(4, "0")}-${thumbprint}`;
}

/** 1, 2, …, or null when the id is not an organisation key's. */
export function generationOf(id: string): number | null {
  const generation = Number(PATTERN.exec(id)?.groups?.["generation"] ?? 0);
  return generation > 0 ? generation : null;
}

/** True when `id` names this public key. */
export function isIdOf(id: string, jwk: X25519PublicJwk): boolean {
  const generation = generationOf(id);
  return generation !== null && organisationKeyId(generation, jwk) === id;
}
