import type { QueryConfig, QueryResult, QueryResultRow } from "pg";

/** A revocation as the database numbered it: in commit order. */
export interface Revocation {
  readonly epoch: bigint;
  readonly orgId: string;
  readonly kind: "virtual_key" | "provider_secret" | "member" | "api_token" | "policy";
  readonly subjectId: string;
}

/** One connection of the watch's own. A question it cannot answer in time rejects. */
export interface WatchConnection {
  query<Row extends QueryResultRow>(query: QueryConfig): Promise<QueryResult<Row>>;
  onNotification(listener: () => void): void;
  onLost(listener: () => void): void;
  end(): Promise<void>;
}

export interface RevocationWatchOptions {
  /** A fresh connection; asked for again after each loss. */
  connect(): Promise<WatchConnection>;
  onRevocations(revocations: readonly Revocation[]): void;
  /** Called once, at the first answer: nothing cached before it is to be trusted. */
  onFirstAnswer(): void;
  heartbeat: number;
  staleAfter: number;
  now?: () => number;
  report(error: unknown): void;
}

/**
 * Keeps a gateway informed of revocations by two ways that do not depend on each other: PostgreSQL's
 * notification (usually within milliseconds) and a heartbeat that asks for every epoch above the last seen.
 * `isFresh()` is the rule of DESIGN section 7: after 750 ms without an answer a call asks, or is refused.
 */
export class RevocationWatch {
  readonly #options: RevocationWatchOptions;
  readonly #now: () => number;
  #client: WatchConnection | null = null;
  #connecting: Promise<WatchConnection> | null = null;
  #epoch: bigint | null = null;
  #lastAnswer = Number.NEGATIVE_INFINITY;
  #polling: Promise<void> | null = null;
  #timer: NodeJS.Timeout | null = null;
  #stopped = false;
  #again = false;

  constructor(options: RevocationWatchOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  /** Connects and learns the present epoch. Throws when the database cannot be asked. */
  async start(): Promise<void> {
    await this.poll();
    this.#timer = setInterval(() => {
      this.poll().catch((error: unknown) => this.#options.report(error));
    }, this.#options.heartbeat);
  }

  isFresh(): boolean {
    return this.#now() - this.#lastAnswer <= this.#options.staleAfter;
  }

  /** Asks now, or joins the question under way. Rejects when the database does not answer. */
  poll(): Promise<void> {
    this.#polling ??= this.#ask().finally(() => {
      this.#polling = null;
      if (!this.#again) return;
      this.#again = false;
      this.poll().catch((error: unknown) => this.#options.report(error));
    });
    return this.#polling;
  }

  async #ask(): Promise<void> {
    if (this.#stopped) return;
    // Taken before the question: the answer speaks of the state at or after this instant.
    const askedAt = this.#now();
    const client = await this.#connected();
    try {
      await this.#learn(client);
    } catch (error) {
      // A connection that did not answer in time may answer out of turn later: it is not used again.
      this.#lose(client);
      throw error;
    }
    this.#lastAnswer = askedAt;
  }

  async #learn(client: WatchConnection): Promise<void> {
    if (this.#epoch === null) {
      const first = await client.query<{ epoch: string }>({
        text: "select meterr.current_revocation_epoch() as epoch",
      });
      this.#epoch = BigInt(first.rows[0]?.epoch ?? "0");
      this.#options.onFirstAnswer();
    } else {
      const answer = await client.query<{
        epoch: string;
        org_id: string;
        kind: Revocation["kind"];
        subject_id: string;
      }>({
        name: "revocations_since",
        text: "select epoch, org_id, kind, subject_id from meterr.revocations_since($1)",
        values: [this.#epoch.toString()],
      });
      if (answer.rows.length > 0) {
        const revocations = answer.rows.map((row) => ({
          epoch: BigInt(row.epoch),
          orgId: row.org_id,
          kind: row.kind,
          subjectId: row.subject_id,
        }));
        this.#epoch = revocations.at(-1)?.epoch ?? this.#epoch;
        this.#options.onRevocations(revocations);
      }
    }
  }

  async #connected(): Promise<WatchConnection> {
    if (this.#client !== null) return this.#client;
    this.#connecting ??= this.#connect().finally(() => {
      this.#connecting = null;
    });
    return this.#connecting;
  }

  async #connect(): Promise<WatchConnection> {
    const client = await this.#options.connect();
    client.onLost(() => this.#lose(client));
    client.onNotification(() => {
      // The question under way may have been put before this revocation was committed: ask once more after it.
      this.#again = this.#polling !== null;
      this.poll().catch((error: unknown) => this.#options.report(error));
    });
    try {
      await client.query({ text: "listen meterr_revocations" });
    } catch (error) {
      await client.end();
      throw error;
    }
    this.#client = client;
    return client;
  }

  #lose(client: WatchConnection): void {
    if (this.#client !== client) return;
    this.#client = null;
    client.end().catch((error: unknown) => this.#options.report(error));
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#timer !== null) clearInterval(this.#timer);
    await this.#polling?.catch(() => undefined);
    const client = this.#client;
    this.#client = null;
    await client?.end();
  }
}
