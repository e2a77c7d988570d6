import { CompactSign } from "jose";
import { Signer } from "./signer.ts";

/** RFC 9864 §2.2: the fully specified name; `EdDSA` leaves the curve open and is deprecated. */
export const SIGNING_ALGORITHM = "Ed25519";

/** Compact JWS (RFC 7515 §7.1) over a small JSON record; `type` says which kind, so none passes for another. */
export async function signRecord(signer: Signer, type: string, record: Record<string, unknown>): Promise<string> {
  return new CompactSign(Buffer.from(JSON.stringify(record)))
    .setProtectedHeader({ alg: SIGNING_ALGORITHM, typ: type, kid: signer.keyId })
    .sign(Signer.keyOf(signer));
}
