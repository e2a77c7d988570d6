import type { Outbound } from "@meterr/outbound";
import type { Pool } from "pg";
import { fronts } from "../fronts/find-front.ts";
import type { ProviderFront, ProviderName } from "../fronts/front.ts";
import type { Destinations } from "./destinations.ts";
import type { ProviderSecretCache } from "./provider-secret-cache.ts";

/** How often the database is asked what is to be tried; it says when what got no answer is tried again. Milliseconds. */
const INTERVAL = 5_000;
const BATCH = 20;
const TIMEOUT = 15_000;

/** A listing of models: the one call each provider answers with 401 for a bad credential and charges nothing for. */
const listing: Record<ProviderName, string> = { openai: "/models", anthropic: "/v1/models", google: "/v1beta/models" };

export interface CheckOptions {
  readonly pool: Pool;
  readonly cache: ProviderSecretCache;
  readonly destinations: Destinations;
  readonly outbound: Outbound;
  report(error: unknown): void;
}

interface Unverified {
  org_id: string;
  id: string;
  version: number;
}

/** Tries new provider secrets against their providers: unverified becomes working or rejected, or stays. */
export class ProviderSecretChecker {
  readonly #options: CheckOptions;
  #timer: NodeJS.Timeout | null = null;
  #running: Promise<void> | null = null;

  constructor(options: CheckOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = setInterval(() => this.wake(), INTERVAL);
    this.wake();
  }

  /** Looks for unverified secrets now. */
  wake(): void {
    this.#running ??= this.#round()
      .catch((error: unknown) => this.#options.report(error))
      .finally(() => {
        this.#running = null;
      });
  }

  async stop(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    await this.#running;
  }

  async #round(): Promise<void> {
    const { pool } = this.#options;
    const found = await pool.query<Unverified>(
      "select org_id, id, version from meterr.unverified_provider_secrets($1)",
      [BATCH],
    );
    // At once, so that a provider that hangs holds the others up for one timeout and not for one each.
    await Promise.all(found.rows.map((row) => this.#try(row).catch((error: unknown) => this.#options.report(error))));
  }

  /** Writes down that it was tried even when there was no answer: the database then lets others go first. */
  async #try(row: Unverified): Promise<void> {
    const verdict = await this.#check(row).catch((error: unknown) => {
      this.#options.report(error);
      return null;
    });
    await this.#options.pool.query("select meterr.note_provider_secret_check($1, $2, $3, $4, $5)", [
      row.org_id,
      row.id,
      row.version,
      verdict?.status ?? "unverified",
      verdict?.detail ?? null,
    ]);
  }

  async #check(row: Unverified): Promise<{ status: "working" | "rejected"; detail: string | null } | null> {
    const sealed = await this.#options.pool.query<{ provider: ProviderName; simulated: boolean }>(
      "select provider, simulated from meterr.sealed_provider_secret($1, $2, $3)",
      [row.org_id, row.id, row.version],
    );
    const about = sealed.rows[0];
    const front = fronts.find((candidate) => candidate.provider === about?.provider);
    if (about === undefined || front === undefined) return null;
    const opened = await this.#options.cache.get(row.org_id, row.id, row.version, front.provider);
    if (opened === null) return null;
    const to = this.#options.destinations.resolve(
      front.provider,
      opened.destination,
      about.simulated ? "test" : "live",
    );
    if (to === null) return { status: "rejected", detail: "The operator does not allow this destination." };
    const status = await this.#ask(
      front,
      `${to.origin}${to.basePath}${listing[front.provider]}`,
      opened.secret.reveal(),
    );
    if (status >= 200 && status < 300) return { status: "working", detail: null };
    // Google answers 400 for a malformed API key.
    if (status === 401 || status === 403 || (status === 400 && front.provider === "google")) {
      return { status: "rejected", detail: `The provider answered ${status}.` };
    }
    return null;
  }

  async #ask(front: ProviderFront, url: string, secret: string): Promise<number> {
    const [name, value] = front.authorization(secret);
    const { origin, pathname } = new URL(url);
    const answer = await this.#options.outbound.request({
      origin,
      path: pathname,
      method: "GET",
      headers: { [name]: value, accept: "application/json", "anthropic-version": "2023-06-01" },
      headersTimeout: TIMEOUT,
      bodyTimeout: TIMEOUT,
    });
    answer.body.on("error", () => undefined);
    answer.body.destroy();
    return answer.statusCode;
  }
}
