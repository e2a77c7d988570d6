import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import type { RequestListener, Server } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { ServerOptions } from "node:https";
import { createServer as createTcpServer } from "node:net";
import type { AddressInfo, Server as TcpServer, Socket } from "node:net";
import type { TestContext } from "node:test";

export interface Upstream {
  readonly port: number;
  /** Connections seen so far. */
  connections(): number;
}

/** A real HTTP server on loopback, gone when the test is. */
export function httpUpstream(t: TestContext, listener: RequestListener, host = "127.0.0.1"): Promise<Upstream> {
  return listen(t, createHttpServer(listener), host);
}

/** The same over TLS. */
export function httpsUpstream(
  t: TestContext,
  tls: ServerOptions,
  listener: RequestListener,
  port = 0,
  host = "127.0.0.1",
): Promise<Upstream> {
  return listen(t, createHttpsServer(tls, listener), host, port);
}

/** A server that speaks whatever the test wants. */
export function tcpUpstream(t: TestContext, onSocket: (socket: Socket) => void): Promise<Upstream> {
  return listen(t, createTcpServer(onSocket), "127.0.0.1");
}

async function listen(t: TestContext, server: Server | TcpServer, host: string, port = 0): Promise<Upstream> {
  const open = new Set<Socket>();
  let seen = 0;
  server.on("connection", (socket: Socket) => {
    seen += 1;
    open.add(socket);
    socket.on("error", () => undefined).on("close", () => open.delete(socket));
  });
  server.listen(port, host);
  await once(server, "listening");
  t.after(async () => {
    for (const socket of open) socket.destroy();
    server.close();
    await once(server, "close");
  });
  return { port: (server.address() as AddressInfo).port, connections: () => seen };
}

/** Discard, RFC 863: nobody listens there any more, and no server is ever given it for want of another. */
export const UNUSED_PORT = 9;
