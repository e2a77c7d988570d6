import { hash, randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Answered } from "./answer-call.ts";
import { answerCall } from "./answer-call.ts";
import type { TokenCounter } from "./count-tokens.ts";
import { checkCredential, presentedCredential } from "./credential.ts";
import { NO_DIRECTIVES } from "./directives.ts";
import type { Ledger, SandboxCall } from "./ledger.ts";
import { refusalReply, SandboxRefusal } from "./provider-error.ts";
import { readJsonBody } from "./read-body.ts";
import { responseHeaders } from "./response-headers.ts";
import type { Located } from "./route.ts";
import { locate } from "./route.ts";
import type { Pacing } from "./transmit.ts";
import { transmit } from "./transmit.ts";

export interface ProviderState {
  ledger: Ledger;
  counter: TokenCounter;
  pacing: Pacing;
  nextSeq: () => number;
}

/** Made once: an abort without a reason would build an exception, stack and all, for every call. */
const CLOSED = new Error("the response is closed");

/** One provider call from its headers to its last byte: received, answered, finished in the ledger. */
export async function serveProvider(
  request: IncomingMessage,
  response: ServerResponse,
  state: ProviderState,
  path: string,
  query: URLSearchParams,
): Promise<void> {
  const started = performance.now();
  const now = new Date();
  const located = locate(path, request.headers);
  const { provider } = located;
  const credential = presentedCredential(provider, request.headers);
  const call = newCall(request, state.nextSeq(), now, located, credential);
  state.ledger.receive(call);
  const hungUp = new AbortController();
  response.once("close", () => hungUp.abort(CLOSED));
  try {
    const answered = await answerOrRefuse(request, located, query, credential, call, state.counter);
    call.model = answered.model;
    call.stream = answered.stream;
    call.usage = answered.usage;
    call.usage_reported = answered.usageReported;
    call.status = answered.reply.kind === "whole" ? answered.reply.status : 200;
    call.completed = await transmit(answered.reply, {
      response,
      provider,
      requestId: call.upstream_request_id,
      directives: answered.directives,
      pacing: state.pacing,
      headers: () => responseHeaders(provider, call.upstream_request_id, performance.now() - started, now),
      wrote: (bytes) => {
        call.bytes_sent += bytes;
      },
      signal: hungUp.signal,
    });
  } catch {
    // The caller hung up, or the sandbox is closing: the ledger says so by `completed: false`.
    response.destroy();
  } finally {
    state.ledger.finish(call, new Date().toISOString());
  }
}

function newCall(
  request: IncomingMessage,
  seq: number,
  now: Date,
  { provider, route }: Located,
  credential: string | null,
): SandboxCall {
  const id = randomUUID();
  return {
    seq,
    id,
    at: now.toISOString(),
    finished_at: null,
    provider,
    endpoint: route?.endpoint ?? "unknown",
    model: route?.model ?? null,
    stream: false,
    credential_sha256: credential === null ? null : hash("sha256", credential),
    request_id: sentId(request, "x-request-id"),
    client_request_id: sentId(request, "x-client-request-id"),
    upstream_request_id: `req_${id.replaceAll("-", "")}`,
    status: null,
    usage: null,
    usage_reported: false,
    completed: false,
    bytes_sent: 0,
  };
}

function sentId(request: IncomingMessage, header: string): string | null {
  const sent = request.headers[header];
  return typeof sent === "string" ? sent.slice(0, 128) : null;
}

async function answerOrRefuse(
  request: IncomingMessage,
  located: Located,
  query: URLSearchParams,
  credential: string | null,
  call: SandboxCall,
  counter: TokenCounter,
): Promise<Answered> {
  const { provider, route } = located;
  try {
    checkCredential(provider, credential);
    if (route === null) throw new SandboxRefusal(404, `Invalid URL (${request.method})`);
    if (route.method !== request.method) throw new SandboxRefusal(405, `Not allowed to ${request.method} on this URL.`);
    const body = route.method === "POST" ? await readJsonBody(request) : {};
    const stamp = { id: call.id.replaceAll("-", ""), created: Math.floor(Date.parse(call.at) / 1000) };
    return answerCall({ route, query, body, headers: request.headers, credential, stamp, counter });
  } catch (error) {
    if (!(error instanceof SandboxRefusal)) throw error;
    const reply = refusalReply(provider, error, call.upstream_request_id, isJsonArray(located, query));
    return {
      reply,
      directives: NO_DIRECTIVES,
      model: error.model ?? call.model,
      stream: false,
      usage: null,
      usageReported: false,
    };
  }
}

/** Google answers a stream that is not server-sent events with a JSON array, errors included. */
function isJsonArray({ route }: Located, query: URLSearchParams): boolean {
  return route?.endpoint === "streamGenerateContent" && query.get("alt") !== "sse";
}
