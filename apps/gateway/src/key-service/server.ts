import { chmod, mkdir, unlink } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { dirname } from "node:path";
import type { Ed25519PublicJwk } from "@meterr/vault";
import { z } from "zod";
import type { SignedAuditHead } from "./audit-head-signer.ts";
import type { KeyServiceOperations } from "./operations.ts";

const MAX_BODY_BYTES = 1024;
/** In the one form the keystore and the signed records know: two spellings must not be two organisations. */
const organisation = z.strictObject({ org_id: z.uuid().toLowerCase() });

export interface KeyServiceOptions {
  readonly socketPath: string;
  readonly operations: KeyServiceOperations;
  readonly verificationKey: Ed25519PublicJwk;
  /** Signs the head of an organisation's audit log, as the database has it, if it extends the last one signed. */
  signAuditHead(orgId: string): Promise<SignedAuditHead | null>;
  report(error: unknown): void;
}

/**
 * The key service on its Unix socket. Who may connect is decided by the folder's and the socket's permissions;
 * who connects can have public keys made and heads signed, and can never have anything opened.
 */
export async function startKeyService(options: KeyServiceOptions): Promise<Server> {
  await mkdir(dirname(options.socketPath), { recursive: true, mode: 0o750 });
  await unlink(options.socketPath).catch((error: unknown) => {
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
  });
  const server = createServer({ maxHeaderSize: 4096, requestTimeout: 10_000 }, (request, response) => {
    answer(options, request)
      .catch((error: unknown) => {
        options.report(error);
        return { status: 503, body: { code: "unavailable" } };
      })
      .then(({ status, body }) => send(response, status, body))
      .catch((error: unknown) => options.report(error));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.socketPath, resolve);
  });
  await chmod(options.socketPath, 0o660);
  return server;
}

async function answer(
  options: KeyServiceOptions,
  request: IncomingMessage,
): Promise<{ status: number; body: unknown }> {
  const operation = `${request.method} ${request.url}`;
  if (operation === "GET /verification-key") return { status: 200, body: options.verificationKey };
  if (operation === "GET /healthz") return { status: 200, body: { status: "ok" } };
  const known = ["POST /organisation-keys/current", "POST /organisation-keys/rotate", "POST /audit-heads/sign"];
  if (!known.includes(operation)) return { status: 404, body: { code: "unknown_operation" } };
  const input = organisation.safeParse(await readJson(request));
  if (!input.success) return { status: 400, body: { code: "invalid_input" } };
  const orgId = input.data.org_id;
  const found =
    operation === "POST /audit-heads/sign"
      ? await options.signAuditHead(orgId)
      : operation === "POST /organisation-keys/current"
        ? await options.operations.currentOrganisationKey(orgId)
        : await options.operations.rotateOrganisationKey(orgId);
  return found === null ? { status: 404, body: { code: "unknown_organisation" } } : { status: 200, body: found };
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  let text = "";
  for await (const chunk of request as AsyncIterable<Buffer>) {
    text += chunk.toString("utf8");
    if (text.length > MAX_BODY_BYTES) return null;
  }
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { "content-type": "application/json", "content-length": Buffer.byteLength(text) });
  response.end(text);
}
