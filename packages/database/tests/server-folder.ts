import { chmodSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EmbeddedServer } from "../src/embedded/start-embedded.ts";
import { startEmbedded, type EmbeddedOptions } from "../src/embedded/start-embedded.ts";

/** A folder of a test's own servers; all of them end with it. */
export function serverFolder(): {
  path: string;
  start(options?: Partial<EmbeddedOptions>): Promise<EmbeddedServer>;
  remove(): Promise<void>;
} {
  const path = mkdtempSync(join(tmpdir(), "meterr-server-"));
  chmodSync(path, 0o711);
  const started: EmbeddedServer[] = [];
  return {
    path,
    start: async (options = {}) => {
      const server = await startEmbedded({
        dataDir: join(path, "postgresql"),
        reachableDir: join(path, "reachable"),
        durable: false,
        ...options,
      });
      started.push(server);
      return server;
    },
    remove: async () => {
      for (const server of started) await server.stop("immediate");
      rmSync(path, { recursive: true, force: true });
    },
  };
}

const debian15 = "/usr/lib/postgresql/15/bin";

/** The packaged PostgreSQL, and the oldest supported one where it is installed. */
export const servers: readonly { name: string; binDir?: string }[] = [
  { name: "the packaged PostgreSQL" },
  ...(existsSync(join(debian15, "postgres")) ? [{ name: "PostgreSQL 15", binDir: debian15 }] : []),
];
