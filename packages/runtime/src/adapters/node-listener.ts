import type { IncomingMessage, ServerResponse } from "node:http";
import { problemResponse } from "../answer/problem-response.ts";
import { Problem } from "../problem.ts";
import { nodeRequest } from "./node-request.ts";
import { writeNodeResponse } from "./node-response.ts";

export interface NodeListenerOptions {
  /** The most any route behind it may take; each route bounds its own further. */
  readonly maxBodyBytes: number;
  /** The values of the Host header this listener answers to, with the port where it is not the scheme's own. */
  readonly hosts: readonly string[];
  /** What the public address begins with. Default `http`. */
  readonly scheme?: "http" | "https";
  /** Requests under way at once; past it 503 `overloaded`. Default 512. */
  readonly maxConcurrent?: number;
  /** Told when a handler rejects or an answer cannot be written. */
  report(error: unknown): void;
}

/** For `http.createServer`: bounds on what a connection may hold before and between requests. */
export const NODE_SERVER_LIMITS = Object.freeze({
  maxHeaderSize: 16_384,
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 5_000,
  connectionsCheckingInterval: 2_000,
});

/**
 * A `node:http` listener over a `Request` handler. The signal aborts when the client hangs up, the body is read no
 * faster than the handler reads it, and the answer is written no faster than the client takes it.
 */
export function nodeListener(
  handler: (request: Request) => Promise<Response>,
  options: NodeListenerOptions,
): (incoming: IncomingMessage, outgoing: ServerResponse) => void {
  const hosts = new Set(options.hosts.map((host) => host.toLowerCase()));
  const maxConcurrent = options.maxConcurrent ?? 512;
  let running = 0;

  async function answer(incoming: IncomingMessage, signal: AbortSignal): Promise<Response> {
    try {
      if (running > maxConcurrent) throw new Problem("overloaded", { headers: { "retry-after": "1" } });
      const { maxBodyBytes, scheme = "http" } = options;
      const request = nodeRequest(incoming, { hosts, scheme, maxBodyBytes, signal });
      return await handler(request);
    } catch (error) {
      if (!(error instanceof Problem)) tell(options, error);
      return problemResponse(error instanceof Problem ? error : new Problem("internal_error"), crypto.randomUUID());
    }
  }

  async function serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const gone = new AbortController();
    outgoing.on("close", () => {
      if (!outgoing.writableFinished) gone.abort();
    });
    running += 1;
    try {
      const response = await answer(incoming, gone.signal);
      await writeNodeResponse(incoming, outgoing, response);
    } catch (error) {
      // The head is sent: cutting the connection is the only way left to say that the answer is not whole.
      outgoing.destroy();
      if (!gone.signal.aborted) tell(options, error);
    } finally {
      running -= 1;
    }
  }

  return (incoming, outgoing) => void serve(incoming, outgoing);
}

function tell(options: NodeListenerOptions, error: unknown): void {
  try {
    options.report(error);
  } catch {
    // Telling must not change the answer.
  }
}
