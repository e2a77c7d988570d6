import { readFileSync } from "node:fs";
import { createServer as createHttp, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createHttps } from "node:https";
import { refuseUnparsed } from "./refuse-unparsed.ts";
import { MAX_HEADERS } from "./refuse-ambiguous-headers.ts";

export interface ServerOptions {
  readonly tls: { certFile: string; keyFile: string } | null;
  /** Milliseconds for the head of a request, and for all of it. */
  readonly headersTimeout: number;
  readonly requestTimeout: number;
  onRequest(request: IncomingMessage, response: ServerResponse): void;
}

/** Longer than common load balancers keep an idle connection (60 s), so that they close first. Milliseconds. */
const KEEP_ALIVE_TIMEOUT = 65_000;
const MAX_HEADER_BYTES = 16 * 1024;

/** The gateway's listener: bounded in every dimension, TLS 1.2 or better when a certificate is given. */
export function createServer(options: ServerOptions): Server {
  const common = {
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: options.headersTimeout,
    requestTimeout: options.requestTimeout,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT,
    connectionsCheckingInterval: Math.min(2_000, options.headersTimeout),
    insecureHTTPParser: false,
    noDelay: true,
  };
  const server: Server =
    options.tls === null
      ? createHttp(common, options.onRequest)
      : createHttps(
          {
            ...common,
            cert: readFileSync(options.tls.certFile),
            key: readFileSync(options.tls.keyFile),
            minVersion: "TLSv1.2",
          },
          options.onRequest,
        );
  server.maxHeadersCount = MAX_HEADERS;
  refuseUnparsed(server);
  return server;
}

/** Listens, or throws with the reason in words. */
export async function listen(server: Server, host: string, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : port;
}
