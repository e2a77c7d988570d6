import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { answerControl, CONTROL_PREFIX, send } from "./control.ts";
import { TokenCounter } from "./count-tokens.ts";
import type { LedgerCounts, SandboxCall } from "./ledger.ts";
import { Ledger } from "./ledger.ts";
import type { ProviderState } from "./serve-provider.ts";
import { serveProvider } from "./serve-provider.ts";
import type { Pacing } from "./transmit.ts";

export interface SandboxOptions extends Partial<Pacing> {
  host?: string;
  /** 0 takes a free one. */
  port?: number;
  /** JSON lines are appended here; absent: memory only. */
  ledgerFile?: string;
}

export interface Sandbox {
  /** E.g. `http://127.0.0.1:4010`. Provider bases: `/openai/v1`, `/anthropic`, `/google`. */
  origin: string;
  calls(): SandboxCall[];
  counts(): LedgerCounts;
  /** Stops listening, gives running answers `drainMs` (default 0) to end, then cuts them. */
  close(drainMs?: number): Promise<void>;
}

/** Longest stall in milliseconds unless told otherwise: longer than any sensible upstream timeout under test. */
const MAX_STALL_MS = 30_000;
/** Longer than callers' pools keep sockets, so that a reused socket is never just being closed here. */
const KEEP_ALIVE_MS = 65_000;

/** Starts a sandbox in this process. Rejects when the address cannot be bound or the ledger file not opened. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const host = options.host ?? "127.0.0.1";
  const ledger = new Ledger(options.ledgerFile ?? null);
  const running = new Set<Promise<unknown>>();
  let seq = 0;
  const state: ProviderState = {
    ledger,
    counter: new TokenCounter(),
    pacing: {
      latencyMs: options.latencyMs ?? 0,
      chunkDelayMs: options.chunkDelayMs ?? 0,
      maxStallMs: options.maxStallMs ?? MAX_STALL_MS,
    },
    nextSeq: () => (seq += 1),
  };
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS, noDelay: true }, (request, response) => {
    const answering = serve(request, response, state)
      .catch(() => response.destroy())
      .finally(() => running.delete(answering));
    running.add(answering);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, host, resolve);
  }).catch((error: unknown) => {
    ledger.close();
    throw error;
  });
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://${host.includes(":") ? `[${host}]` : host}:${port}`,
    calls: () => ledger.calls(),
    counts: () => ledger.counts(),
    close: async (drainMs = 0) => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      const cutOff = setTimeout(() => server.closeAllConnections(), drainMs);
      await closed;
      clearTimeout(cutOff);
      // Cut answers still have their last line to write.
      await Promise.all(running);
      ledger.close();
    },
  };
}

async function serve(request: IncomingMessage, response: ServerResponse, state: ProviderState): Promise<void> {
  const target = request.url ?? "/";
  const queryAt = target.indexOf("?");
  const path = queryAt === -1 ? target : target.slice(0, queryAt);
  if (path === "/healthz") return send(response, 200, { status: "ok" });
  const query = new URLSearchParams(queryAt === -1 ? "" : target.slice(queryAt));
  if (path.startsWith(CONTROL_PREFIX)) return answerControl(request, response, path, query, state.ledger);
  await serveProvider(request, response, state, path, query);
}
