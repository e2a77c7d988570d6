import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import express from "express";
import fastify from "fastify";
import { Hono } from "hono";
import {
  expressHandler,
  fastifyPlugin,
  honoHandler,
  nextAppRouter,
  nextPagesHandler,
  nodeListener,
  type NodeHandlerOptions,
} from "../../src/index.ts";

export type Handler = (request: Request) => Promise<Response>;

export interface Running {
  readonly port: number;
  close(): Promise<void>;
}

export interface AdapterHost {
  readonly name: string;
  /** The real framework on a socket of its own, answering everything beneath `/api`. */
  start(handler: Handler, options: NodeHandlerOptions): Promise<Running>;
  /** The same, with something before the adapter that reads the body; null where nothing can. */
  startParsed: ((handler: Handler, options: NodeHandlerOptions) => Promise<Running>) | null;
}

async function listen(server: Server): Promise<Running> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

// Neither is a dependency of this package: the application brings them. Their own code stands on either side here.
const host = createRequire(import.meta.url);

const nodeHttp: AdapterHost = {
  name: "node:http",
  start: (handler, options) => listen(createServer(nodeListener(handler, options))),
  startParsed: (handler, options) => {
    const listener = nodeListener(handler, options);
    return listen(
      createServer((incoming, outgoing) => {
        incoming.resume();
        incoming.on("end", () => listener(incoming, outgoing));
      }),
    );
  },
};

function startExpress(handler: Handler, options: NodeHandlerOptions, parse: boolean): Promise<Running> {
  const app = express();
  if (parse) app.use(express.json());
  app.use("/api", expressHandler(handler, options));
  // An express application is a request listener, and awaits nothing.
  return listen(createServer(app as RequestListener));
}

/** Behind a parser of the application's own that keeps the bytes it read. */
export function startExpressKeeping(handler: Handler, options: NodeHandlerOptions): Promise<Running> {
  const app = express();
  const verify = (incoming: object, _outgoing: unknown, bytes: Buffer): void => {
    Object.assign(incoming, { rawBody: bytes });
  };
  app.use(express.json({ verify }), expressHandler(handler, options));
  return listen(createServer(app as RequestListener));
}

async function startFastify(handler: Handler, options: NodeHandlerOptions, parse: boolean): Promise<Running> {
  const app = fastify();
  if (parse) {
    app.addHook("preParsing", async (_request, _reply, payload) => {
      for await (const _ of payload);
      return payload;
    });
  }
  // The application's own parser, which must stay its own.
  app.post("/echo", (request, reply) => reply.send(request.body));
  app.register(fastifyPlugin(handler, options), { prefix: "/api" });
  await app.listen({ port: 0, host: "127.0.0.1" });
  return {
    port: (app.server.address() as AddressInfo).port,
    async close() {
      app.server.closeAllConnections();
      await app.close();
    },
  };
}

interface HonoServer {
  createAdaptorServer(options: { fetch: unknown }): Server;
}

function startHono(handler: Handler, options: NodeHandlerOptions, parse: boolean): Promise<Running> {
  const { createAdaptorServer } = host("@hono/node-server") as HonoServer;
  const app = new Hono();
  if (parse) {
    app.use(async (context, next) => {
      await context.req.text();
      await next();
    });
  }
  app.all("/api/*", honoHandler(handler, options));
  return listen(createAdaptorServer({ fetch: app.fetch }));
}

interface NextApi {
  apiResolver(
    incoming: unknown,
    outgoing: unknown,
    query: object,
    page: object,
    context: object,
    propagate: boolean,
  ): Promise<void>;
}

/** As Next calls a page of `pages/api`, by Next's own resolver, which is what parses bodies. */
function startPages(handler: Handler, options: NodeHandlerOptions, parse: boolean): Promise<Running> {
  const { apiResolver } = host("next/dist/server/api-utils/node/api-resolver") as NextApi;
  const config = { api: { bodyParser: parse, externalResolver: true } };
  const page = { default: nextPagesHandler(handler, options), ...(parse ? {} : { config }) };
  return listen(
    createServer((incoming, outgoing) => {
      apiResolver(incoming, outgoing, {}, page, {}, false).catch(() => outgoing.destroy());
    }),
  );
}

interface NextBaseHttp {
  NodeNextRequest: new (incoming: unknown) => { method: string };
  NodeNextResponse: new (outgoing: unknown) => unknown;
}
interface NextAdapter {
  NextRequestAdapter: { fromNodeNextRequest(request: unknown, signal: AbortSignal): Request };
  signalFromNodeResponse(outgoing: unknown): AbortSignal;
}
interface NextSend {
  sendResponse(request: unknown, response: unknown, answer: Response): Promise<void>;
}

/** As Next calls a `route.ts`: its own Request out of the message, its own way of sending the Response. */
function startApp(handler: Handler): Promise<Running> {
  const { NodeNextRequest, NodeNextResponse } = host("next/dist/server/base-http/node") as NextBaseHttp;
  const { NextRequestAdapter, signalFromNodeResponse } = host(
    "next/dist/server/web/spec-extension/adapters/next-request",
  ) as NextAdapter;
  const { sendResponse } = host("next/dist/server/send-response") as NextSend;
  const handlers = nextAppRouter(handler, { peer: () => "127.0.0.1" });
  return listen(
    createServer((incoming, outgoing) => {
      const request = new NodeNextRequest(incoming);
      const web = NextRequestAdapter.fromNodeNextRequest(request, signalFromNodeResponse(outgoing));
      const route = handlers[request.method as keyof typeof handlers];
      route(web)
        .then((answer) => sendResponse(request, new NodeNextResponse(outgoing), answer))
        .catch(() => outgoing.destroy());
    }),
  );
}

export const HOSTS: readonly AdapterHost[] = [
  nodeHttp,
  { name: "Express", start: (h, o) => startExpress(h, o, false), startParsed: (h, o) => startExpress(h, o, true) },
  { name: "Fastify", start: (h, o) => startFastify(h, o, false), startParsed: (h, o) => startFastify(h, o, true) },
  { name: "Hono", start: (h, o) => startHono(h, o, false), startParsed: (h, o) => startHono(h, o, true) },
  { name: "Next.js Pages", start: (h, o) => startPages(h, o, false), startParsed: (h, o) => startPages(h, o, true) },
  { name: "Next.js App", start: (h) => startApp(h), startParsed: null },
];
