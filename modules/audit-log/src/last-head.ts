import { Problem } from "@meterr/runtime";
import type { SignedHead, SignHead, VerifyHead } from "./ports.ts";

export interface HeadPorts {
  readonly signHead: SignHead;
  readonly verifyHead: VerifyHead;
}

export interface LastHead {
  readonly signed: string;
  readonly seq: bigint;
  readonly hash: string;
  readonly time: Date;
}

/** What routes that ask the signer may answer beside the runtime's own problems. */
export const HEAD_PROBLEMS = {
  audit_head_unavailable: { status: 503, detail: "The service that signs the audit log's head does not answer." },
} as const;

/**
 * The last head signed outside the database, verified, after asking for the present one to be signed. An outbound call:
 * to be made before the transaction opens.
 */
export async function lastHead(
  ports: HeadPorts,
  orgId: string,
): Promise<{ head: LastHead | null; refused: NonNullable<SignedHead["refused"]> | null }> {
  try {
    const answer = await ports.signHead(orgId);
    if (answer === null) return { head: null, refused: null };
    const refused = answer.refused ?? null;
    if (answer.signed === null) return { head: null, refused };
    const { seq, hash, time } = await ports.verifyHead(orgId, answer.signed);
    return { head: { signed: answer.signed, seq, hash, time }, refused };
  } catch (cause) {
    throw new Problem("audit_head_unavailable", { status: 503, headers: { "retry-after": "5" }, cause });
  }
}
