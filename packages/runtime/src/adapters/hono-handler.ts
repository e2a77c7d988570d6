import { Problem } from "../problem.ts";
import { RuntimeError } from "../runtime-error.ts";
import type { NodeIncoming, NodeOutgoing } from "./node-message.ts";
import { nodeRequest } from "./node-request.ts";
import { refusal, type NodeHandlerOptions } from "./node-serve.ts";
import { setPeerAddress } from "./peer-address.ts";

/** What the handler uses of Hono's context. */
export interface HonoContext {
  readonly req: { readonly raw: Request };
  readonly env: unknown;
}

export interface HonoHandlerOptions extends Omit<NodeHandlerOptions, "maxConcurrent"> {
  /**
   * Where Hono does not run on Node: the address at the other end of the connection, from what the platform itself
   * says (`cf-connecting-ip` on Cloudflare), or null. Never from a header that a client can send past it.
   */
  peer?(context: HonoContext): string | null;
}

interface NodeBindings {
  readonly incoming: NodeIncoming & { readonly httpVersionMajor?: number };
  readonly outgoing: NodeOutgoing;
}

/**
 * A Hono handler: `app.all("/api/v1/*", honoHandler(mounted, options))`. On Node it reads the connection itself, with
 * the checks of `nodeListener`; elsewhere it takes the platform's Request. Middleware must not have read the body:
 * then the answer is 500 and `report` is told RuntimeError `body_already_read`.
 */
export function honoHandler(
  handler: (request: Request) => Promise<Response>,
  options: HonoHandlerOptions,
): (context: HonoContext) => Promise<Response> {
  const hosts = options.hosts === "any" ? "any" : new Set(options.hosts.map((host) => host.toLowerCase()));
  const { maxBodyBytes, scheme = "http" } = options;

  function requestOf(context: HonoContext): Request {
    const node = nodeBindings(context.env);
    if (node !== null) {
      const gone = new AbortController();
      node.outgoing.on("close", () => {
        if (!node.outgoing.writableFinished) gone.abort();
      });
      return nodeRequest(node.incoming, { hosts, scheme, maxBodyBytes, signal: gone.signal });
    }
    const request = context.req.raw;
    if (request.bodyUsed)
      throw new RuntimeError("body_already_read", "Middleware read the body before the KEY module.");
    if (hosts !== "any" && !hosts.has(new URL(request.url).host)) throw new Problem("misdirected_request");
    const peer = options.peer?.(context) ?? null;
    if (peer !== null) setPeerAddress(request, peer);
    return request;
  }

  return async (context) => {
    try {
      return await handler(requestOf(context));
    } catch (error) {
      return refusal(error, options);
    }
  };
}

/** @hono/node-server's bindings over HTTP/1; null elsewhere. */
function nodeBindings(env: unknown): NodeBindings | null {
  if (typeof env !== "object" || env === null || !("incoming" in env) || !("outgoing" in env)) return null;
  const bindings = env as NodeBindings;
  return Array.isArray(bindings.incoming.rawHeaders) && bindings.incoming.httpVersionMajor === 1 ? bindings : null;
}
