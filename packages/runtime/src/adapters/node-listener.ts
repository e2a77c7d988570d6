import type { NodeIncoming, NodeOutgoing } from "./node-message.ts";
import { nodeServe, type NodeHandlerOptions } from "./node-serve.ts";

export type NodeListenerOptions = NodeHandlerOptions;

/** For `http.createServer`: bounds on what a connection may hold before and between requests. */
export const NODE_SERVER_LIMITS = Object.freeze({
  maxHeaderSize: 16_384,
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 5_000,
  connectionsCheckingInterval: 2_000,
});

/** A `node:http` listener over a `Request` handler. */
export function nodeListener(
  handler: (request: Request) => Promise<Response>,
  options: NodeListenerOptions,
): (incoming: NodeIncoming, outgoing: NodeOutgoing) => void {
  const serve = nodeServe(handler, options);
  return (incoming, outgoing) => void serve(incoming, outgoing);
}
