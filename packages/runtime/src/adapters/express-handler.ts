import type { NodeIncoming, NodeOutgoing } from "./node-message.ts";
import { nodeServe, type NodeHandlerOptions } from "./node-serve.ts";

export interface ExpressRequest extends NodeIncoming {
  /** The address before `app.use` took its mount path off. */
  readonly originalUrl?: string;
}

/**
 * An Express 4 or 5 handler: `app.use("/api/v1", expressHandler(mounted, options))`, before `express.json()` and other
 * body parsers. Routes are matched by the whole address, so the path given to `use` only says which requests come here.
 * It answers everything it is given, errors included, and never calls `next`.
 */
export function expressHandler(
  handler: (request: Request) => Promise<Response>,
  options: NodeHandlerOptions,
): (request: ExpressRequest, response: NodeOutgoing) => void {
  const serve = nodeServe(handler, options);
  return (request, response) => void serve(request, response, request.originalUrl);
}
