import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  createInstanceSigner,
  createKek,
  memoryKeystore,
  organisationKeyring,
  parseKek,
  signHead,
  type OrganisationKeyring,
  type PublishedKey,
  type Signer,
} from "@meterr/vault";
import type { Pool } from "pg";

/** What a test may answer in place of the key service's own answer; undefined leaves it as it is. */
export type Intervene = (operation: string, orgId: string) => Promise<{ status: number; body: unknown } | undefined>;

/** The key service's three operations on a real Unix socket, with real keys and signatures. */
export interface KeyServiceForTest {
  readonly socketPath: string;
  readonly signer: Signer;
  readonly keyring: OrganisationKeyring;
  /** `METHOD /path` of every request received. */
  readonly asked: string[];
  intervene: Intervene | null;
  /** While true, answers are sent byte by byte and never end. */
  trickle: boolean;
  /** The process is gone: connections are refused until `revive`. */
  kill(): Promise<void>;
  revive(): Promise<void>;
  close(): Promise<void>;
}

/** `admin` publishes keys and gives the heads to sign, as the gateway's role does; without it there are no heads. */
export async function keyServiceForTest(admin?: Pool): Promise<KeyServiceForTest> {
  const folder = await mkdtemp(join(tmpdir(), "meterr-ks-"));
  const socketPath = join(folder, "key-service.sock");
  const kek = parseKek(createKek());
  const keystore = memoryKeystore();
  const signer = await createInstanceSigner({ kek, keystore });
  const keyring = organisationKeyring({ kek, keystore, signer });
  const sockets = new Set<Socket>();
  const heads = new Map<string, string>();
  let server: Server | null = null;

  const currentKey = async (orgId: string): Promise<PublishedKey> => {
    const known = await keyring.current(orgId);
    if (known !== null) return known;
    const key = await keyring.make(orgId);
    await admin?.query("select meterr.publish_organisation_key($1, $2, $3, $4)", [
      orgId,
      key.id,
      JSON.stringify(key.publicJwk),
      key.signed,
    ]);
    return key;
  };

  const answer = async (request: IncomingMessage): Promise<{ status: number; body: unknown }> => {
    const operation = `${request.method} ${request.url}`;
    service.asked.push(operation);
    let text = "";
    for await (const chunk of request as AsyncIterable<Buffer>) text += chunk.toString("utf8");
    const orgId = text === "" ? "" : (JSON.parse(text) as { org_id: string }).org_id;
    const planted = await service.intervene?.(operation, orgId);
    if (planted !== undefined) return planted;
    if (operation === "GET /verification-key") return { status: 200, body: signer.verifier.publicJwk };
    if (operation === "POST /organisation-keys/current") return { status: 200, body: await currentKey(orgId) };
    if (operation !== "POST /audit-heads/sign") return { status: 404, body: { code: "unknown_operation" } };
    const last = await admin?.query<{ seq: string; hash: string }>(
      `select seq, encode(hash, 'hex') as hash from meterr.audit_log_entries
       where org_id = $1 order by seq desc limit 1`,
      [orgId],
    );
    const head = last?.rows[0];
    if (head === undefined) return { status: 404, body: { code: "unknown_organisation" } };
    const { seq, hash } = head;
    // As the key service: what was signed once is answered, not signed again.
    const kept = heads.get(`${orgId} ${seq}`);
    if (kept !== undefined) return { status: 200, body: { signed: kept, seq, refused: null } };
    const signed = await signHead({ signer, head: { org: orgId, seq: BigInt(seq), hash, time: new Date() } });
    heads.set(`${orgId} ${seq}`, signed);
    return { status: 200, body: { signed, seq, refused: null } };
  };

  const respond = (request: IncomingMessage, response: ServerResponse): void => {
    if (service.trickle) {
      const timer = setInterval(() => response.write(" "), 50);
      response.on("close", () => clearInterval(timer));
      return;
    }
    answer(request).then(
      ({ status, body }) => response.writeHead(status).end(typeof body === "string" ? body : JSON.stringify(body)),
      () => response.destroy(),
    );
  };

  const service: KeyServiceForTest = {
    socketPath,
    signer,
    keyring,
    asked: [],
    intervene: null,
    trickle: false,
    async kill() {
      const closing = server;
      server = null;
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => (closing === null ? resolve() : closing.close(() => resolve())));
    },
    async revive() {
      const started = createServer(respond);
      started.on("connection", (socket) => {
        sockets.add(socket);
        socket.on("close", () => sockets.delete(socket));
      });
      await new Promise<void>((resolve) => {
        started.listen(socketPath, resolve);
      });
      server = started;
    },
    async close() {
      await service.kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
  await service.revive();
  return service;
}
