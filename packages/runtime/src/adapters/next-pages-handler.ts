import type { NodeIncoming, NodeOutgoing } from "./node-message.ts";
import { nodeServe, type NodeHandlerOptions } from "./node-serve.ts";

/**
 * The default export of a Next.js Pages Router API route, such as `pages/api/v1/[...path].ts`. The same file must say
 *
 * ```ts
 * export const config = { api: { bodyParser: false, externalResolver: true } };
 * ```
 *
 * for otherwise Next reads the body first: a request that carries one is then answered with 500, and
 * `report` is told RuntimeError `body_already_read`. Next wants those words as they stand, so they cannot be imported.
 */
export function nextPagesHandler(
  handler: (request: Request) => Promise<Response>,
  options: NodeHandlerOptions,
): (request: NodeIncoming, response: NodeOutgoing) => Promise<void> {
  const serve = nodeServe(handler, options);
  return (request, response) => serve(request, response);
}
