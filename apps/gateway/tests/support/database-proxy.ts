import { mkdtemp, rm } from "node:fs/promises";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DatabaseSettings } from "@meterr/database";

/** A way to the database on which chosen connections can fall silent without being closed, as on a dead network. */
export interface DatabaseProxy {
  readonly settings: DatabaseSettings;
  /** From now on the connections whose application name holds `name` pass nothing, new ones included. */
  stall(name: string): void;
  resume(): void;
  close(): Promise<void>;
}

/** The file of PostgreSQL's Unix socket in its folder. */
const socketFile = (port: number): string => `.s.PGSQL.${port}`;

export async function databaseProxy(target: DatabaseSettings): Promise<DatabaseProxy> {
  const folder = await mkdtemp(join(tmpdir(), "mtr-px-"));
  const open = new Set<{ name: string; near: Socket; far: Socket }>();
  let stalled: string | null = null;
  const unix = target.host.startsWith("/");

  const server = createServer((near) => {
    near.once("data", (startup) => {
      const far = unix ? connect(join(target.host, socketFile(target.port))) : connect(target.port, target.host);
      const pair = { name: startup.toString("latin1"), near, far };
      open.add(pair);
      const end = (): void => {
        open.delete(pair);
        near.destroy();
        far.destroy();
      };
      for (const socket of [near, far]) socket.on("error", end).on("close", end);
      far.write(startup);
      near.pipe(far);
      far.pipe(near);
      if (stalled !== null && pair.name.includes(stalled)) hush(pair);
    });
    near.on("error", () => near.destroy());
  });
  await new Promise<void>((resolve) => server.listen(join(folder, socketFile(target.port)), resolve));

  const hush = ({ near, far }: { near: Socket; far: Socket }): void => {
    near.unpipe(far);
    far.unpipe(near);
  };
  return {
    settings: { ...target, host: folder },
    stall(name) {
      stalled = name;
      for (const pair of open) if (pair.name.includes(name)) hush(pair);
    },
    resume() {
      stalled = null;
      for (const { near, far } of open) {
        near.pipe(far);
        far.pipe(near);
      }
    },
    async close() {
      for (const { near, far } of open) {
        near.destroy();
        far.destroy();
      }
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await rm(folder, { recursive: true, force: true });
    },
  };
}
