import { request } from "node:http";
import { verifyOrganisationKey, Verifier, type SealingKey } from "@meterr/vault";
import { z } from "zod";

/** The key service makes a key in milliseconds; beyond this it is not answering. Milliseconds. */
const TIMEOUT = 5_000;
const MAX_ANSWER_BYTES = 16 * 1024;
/** A rotated key is taken up by then; what was sealed to the one before still opens. Milliseconds. */
const KEEP_FOR = 60_000;

const verificationKey = z.strictObject({ kty: z.literal("OKP"), crv: z.literal("Ed25519"), x: z.string() });
const publishedKey = z.object({ org: z.string(), id: z.string(), signed: z.string() });
const signedHead = z.object({
  signed: z.string().nullable(),
  seq: z.string(),
  refused: z.object({ problem: z.string(), seq: z.string() }).nullable(),
});

/** What the key service says of an audit log: the last head it signed, and why it signed none further. */
export type SignedAuditHead = z.infer<typeof signedHead>;

/** The key service did not answer, or not as it should. */
export class KeyServiceError extends Error {
  override readonly name = "KeyServiceError";
  readonly code = "key_service_unavailable";
}

export interface KeyServiceClient {
  /** The organisation's current public key, its signature verified against the key pinned at the first call. */
  currentSealingKey(orgId: string): Promise<SealingKey>;
  /** Has the key service sign the head of an organisation's audit log as it stands. Null: there is no entry yet. */
  signAuditHead(orgId: string): Promise<SignedAuditHead | null>;
  /** The pinned public key that signatures of this instance are verified with. */
  verifier(): Promise<Verifier>;
}

/** Speaks to the key service over its Unix socket. Only public keys and signatures ever come back. */
export function keyServiceClient(
  socketPath: string,
  now: () => number = () => performance.now(),
  timeout = TIMEOUT,
): KeyServiceClient {
  const call = (method: "GET" | "POST", path: string, input?: Record<string, string>) =>
    exchange({ socketPath, timeout }, method, path, input);
  let pinned: Promise<Verifier> | null = null;
  const kept = new Map<string, { key: SealingKey; until: number }>();

  const verifier = (): Promise<Verifier> => {
    pinned ??= call("GET", "/verification-key").then(({ body }) => new Verifier(verificationKey.parse(body)));
    pinned.catch(() => {
      pinned = null;
    });
    return pinned;
  };

  return {
    verifier,
    async currentSealingKey(orgId) {
      const entry = kept.get(orgId);
      if (entry !== undefined && entry.until > now()) return entry.key;
      const answer = await call("POST", "/organisation-keys/current", { org_id: orgId });
      if (answer.status !== 200) throw new KeyServiceError(`the key service answered ${answer.status}`);
      const published = publishedKey.parse(answer.body);
      const key = await verifyOrganisationKey({
        verifier: await verifier(),
        org: orgId,
        keyId: published.id,
        signed: published.signed,
      });
      kept.set(orgId, { key, until: now() + KEEP_FOR });
      return key;
    },
    async signAuditHead(orgId) {
      const answer = await call("POST", "/audit-heads/sign", { org_id: orgId });
      if (answer.status === 404) return null;
      if (answer.status !== 200) throw new KeyServiceError(`the key service answered ${answer.status}`);
      return signedHead.parse(answer.body);
    },
  };
}

function exchange(
  { socketPath, timeout }: { readonly socketPath: string; readonly timeout: number },
  method: "GET" | "POST",
  path: string,
  input?: Record<string, string>,
): Promise<{ status: number; body: unknown }> {
  return new Promise((resolve, reject) => {
    const fail = (): void => reject(new KeyServiceError("the key service does not answer"));
    const body = input === undefined ? "" : JSON.stringify(input);
    const sent = request(
      {
        socketPath,
        method,
        path,
        // A connection kept from before a restart of the key service would fail the first request after it.
        agent: false,
        // For the whole answer: a silence alone would let one that trickles hold a transaction open for hours.
        signal: AbortSignal.timeout(timeout),
        headers: { "content-length": Buffer.byteLength(body) },
      },
      (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => {
          text += chunk;
          if (text.length <= MAX_ANSWER_BYTES) return;
          // Rejected before the end can be heard, which a single chunk may already hold.
          fail();
          sent.destroy();
        });
        response.on("error", fail);
        response.on("end", () => {
          try {
            resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) });
          } catch {
            fail();
          }
        });
      },
    );
    sent.on("error", fail);
    sent.end(body);
  });
}
