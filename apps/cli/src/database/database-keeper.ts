import { setTimeout as delay } from "node:timers/promises";
import type { DatabaseSettings, EmbeddedServer } from "@meterr/database";
import { CliError } from "../errors.ts";
import { identify, isRunning } from "../home/process-identity.ts";
import type { RestartRules } from "../supervisor/restart-rules.ts";
import { startDatabase, type DatabasePlace } from "./start-database.ts";

/** Milliseconds between two looks at the server's process. */
const look = 200;

export interface DatabaseKeeperOptions {
  place: DatabasePlace;
  restart: RestartRules;
  note: (text: string) => void;
}

/**
 * Keeps the embedded PostgreSQL alive: started or adopted → (dies) started again → …; given up as RestartRules say.
 * The children need no word of it: their pools connect again by themselves, to the same socket.
 */
export class DatabaseKeeper {
  readonly #options: DatabaseKeeperOptions;
  readonly #failure = Promise.withResolvers<CliError>();
  readonly #stopping = new AbortController();
  #server: EmbeddedServer;
  #life: Promise<void>;

  private constructor(server: EmbeddedServer, options: DatabaseKeeperOptions) {
    this.#server = server;
    this.#options = options;
    this.#life = this.#keep();
  }

  /** @throws CliError `database_failed`, `configuration_refused` */
  static async start(options: DatabaseKeeperOptions): Promise<DatabaseKeeper> {
    return new DatabaseKeeper(await open(options), options);
  }

  /** As the superuser of the embedded server: for making roles alone. */
  get admin(): DatabaseSettings {
    return this.#server.settings;
  }

  get pid(): number {
    return this.#server.pid;
  }

  get description(): string {
    return `${this.#server.version}, embedded${this.#server.adopted ? ", still running from before" : ""}`;
  }

  /** Resolves with the reason when the server could not be kept alive. */
  get failed(): Promise<CliError> {
    return this.#failure.promise;
  }

  /** PostgreSQL's fast shutdown; `immediate` is a crash it recovers from at the next start. */
  async stop(mode: "fast" | "immediate" = "fast"): Promise<void> {
    this.#stopping.abort();
    await this.#life;
    await this.#server.stop(mode);
  }

  async #keep(): Promise<void> {
    const { restart, note } = this.#options;
    let failures = 0;
    while (!this.#stopping.signal.aborted) {
      const began = performance.now();
      await this.#ended();
      if (this.#stopping.signal.aborted) return;
      if (performance.now() - began >= restart.stableAfter) failures = 0;
      const wait = restart.delays[failures];
      if (wait === undefined)
        return this.#failure.resolve(
          new CliError("database_failed", `PostgreSQL died ${failures + 1} times in a row.`, {
            next: `Read ${this.#server.logFile}`,
          }),
        );
      failures += 1;
      note("PostgreSQL ended; starting it again.");
      await delay(wait, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
      if (this.#stopping.signal.aborted) return;
      try {
        this.#server = await open(this.#options);
        note("PostgreSQL runs again.");
      } catch (error) {
        return this.#failure.resolve(
          error instanceof CliError
            ? error
            : new CliError("database_failed", "PostgreSQL could not be started again.", { cause: error }),
        );
      }
    }
  }

  async #ended(): Promise<void> {
    const server = await identify(this.#server.pid);
    while (!this.#stopping.signal.aborted && (await isRunning(server))) {
      await delay(look, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
    }
  }
}

function open({ place, note }: DatabaseKeeperOptions): Promise<EmbeddedServer> {
  return startDatabase(place, note);
}
