import type { NodeIncoming, NodeOutgoing } from "./node-message.ts";
import { nodeServe, type NodeHandlerOptions } from "./node-serve.ts";

/** What the plugin uses of a Fastify instance: its own scope, which leaves the application's parsers alone. */
export interface FastifyScope {
  removeAllContentTypeParsers(): void;
  addContentTypeParser(
    contentType: string,
    parser: (request: unknown, payload: unknown, done: (error: Error | null) => void) => void,
  ): unknown;
  route(options: {
    method: string[];
    url: string;
    handler(request: { raw: NodeIncoming }, reply: { raw: NodeOutgoing; hijack(): unknown }): Promise<void>;
  }): unknown;
}

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/**
 * A Fastify 4 or 5 plugin: `app.register(fastifyPlugin(mounted, options), { prefix: "/api/v1" })`. In its own scope no
 * parser reads the body, so the gates get the bytes as they were sent. Routes are matched by the whole address.
 */
export function fastifyPlugin(
  handler: (request: Request) => Promise<Response>,
  options: NodeHandlerOptions,
): (scope: FastifyScope, options: unknown, done: (error?: Error) => void) => void {
  const serve = nodeServe(handler, options);
  return (scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser("*", (_request, _payload, done) => done(null));
    scope.route({
      method: METHODS,
      url: "/*",
      async handler(request, reply) {
        // From here the answer is the gates' own: no serialiser, no hook of the application changes it.
        reply.hijack();
        await serve(request.raw, reply.raw);
      },
    });
    done();
  };
}
