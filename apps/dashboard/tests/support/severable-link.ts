import { mkdtemp, rm } from "node:fs/promises";
import { connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DatabaseSettings } from "@meterr/database";

/** A way to PostgreSQL that can be cut and mended: for the process behind it, the server is gone. */
export interface SeverableLink {
  /** The settings given, by way of this link. */
  readonly settings: DatabaseSettings;
  cut(): Promise<void>;
  mend(): Promise<void>;
  close(): Promise<void>;
}

export async function severableLink(to: DatabaseSettings): Promise<SeverableLink> {
  const folder = await mkdtemp(join(tmpdir(), "meterr-pg-"));
  const sockets = new Set<Socket>();
  let server: Server | null = null;

  const keep = (socket: Socket, other: Socket): void => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => {
      sockets.delete(socket);
      other.destroy();
    });
  };
  const link: SeverableLink = {
    settings: { ...to, host: folder },
    async cut() {
      const closing = server;
      server = null;
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => (closing === null ? resolve() : closing.close(() => resolve())));
    },
    async mend() {
      const started = createServer((near) => {
        const far = to.host.startsWith("/") ? connect(join(to.host, `.s.PGSQL.${to.port}`)) : connect(to.port, to.host);
        keep(near, far);
        keep(far, near);
        near.pipe(far).pipe(near);
      });
      await new Promise<void>((resolve) => {
        started.listen(join(folder, `.s.PGSQL.${to.port}`), resolve);
      });
      server = started;
    },
    async close() {
      await link.cut();
      await rm(folder, { recursive: true, force: true });
    },
  };
  await link.mend();
  return link;
}
