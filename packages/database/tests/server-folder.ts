import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EmbeddedServer } from "../src/embedded/start-embedded.ts";
import { startEmbedded, type EmbeddedOptions } from "../src/embedded/start-embedded.ts";

/** A folder of a test's own servers; all of them end with it. */
export function serverFolder(): {
  path: string;
  /** Puts the files of a server that ran before and was stopped in order where `start` looks for them. */
  furnish(): Promise<void>;
  start(options?: Partial<EmbeddedOptions>): Promise<EmbeddedServer>;
  remove(): Promise<void>;
} {
  const path = mkdtempSync(join(tmpdir(), "meterr-server-"));
  chmodSync(path, 0o711);
  const started: EmbeddedServer[] = [];
  return {
    path,
    async furnish() {
      furniture ??= makeFurniture();
      // -a: the files belong to the server's user.
      execFileSync("cp", ["-a", await furniture, join(path, "postgresql")]);
    },
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

let furniture: Promise<string> | undefined;

/** Made once: an initialisation takes ten times as long as a copy. The folder of the socket is each home's own. */
async function makeFurniture(): Promise<string> {
  const folder = serverFolder();
  process.once("exit", () => rmSync(folder.path, { recursive: true, force: true }));
  await (await folder.start()).stop();
  const home = join(folder.path, "postgresql");
  const record = join(home, "meterr-postgresql.json");
  const { socket_dir: _, ...kept } = JSON.parse(readFileSync(record, "utf8")) as Record<string, unknown>;
  writeFileSync(record, JSON.stringify(kept));
  for (const name of ["socket", "server.log"]) rmSync(join(home, name), { recursive: true, force: true });
  return home;
}

const debian15 = "/usr/lib/postgresql/15/bin";

/** The packaged PostgreSQL, and the oldest supported one where it is installed. */
export const servers: readonly { name: string; binDir?: string }[] = [
  { name: "the packaged PostgreSQL" },
  ...(existsSync(join(debian15, "postgres")) ? [{ name: "PostgreSQL 15", binDir: debian15 }] : []),
];
