import { readFileSync } from "node:fs";
import { createServer as createHttp, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createHttps } from "node:https";

export interface ServerOptions {
  readonly tls: { certFile: string; keyFile: string } | null;
  onRequest(request: IncomingMessage, response: ServerResponse): void;
}

/** A client that has not sent its head by then is cut off: slow-loris costs a socket, not a worker. Milliseconds. */
const HEADERS_TIMEOUT = 10_000;
/** A whole request, body included. Milliseconds. */
const REQUEST_TIMEOUT = 120_000;
/** Longer than common load balancers keep an idle connection (60 s), so that they close first. Milliseconds. */
const KEEP_ALIVE_TIMEOUT = 65_000;
const MAX_HEADER_BYTES = 16 * 1024;
const MAX_HEADERS = 100;

/** The gateway's listener: bounded in every dimension, TLS 1.2 or better when a certificate is given. */
export function createServer(options: ServerOptions): Server {
  const common = {
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: HEADERS_TIMEOUT,
    requestTimeout: REQUEST_TIMEOUT,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT,
    connectionsCheckingInterval: 2_000,
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
