import { LedgerError } from "../errors.ts";
import type { LedgerConnection, LedgerPool } from "./pool.ts";
import { statements } from "./statements.ts";

/** How often the coming months' partitions are looked after; there are always two months to spare. */
const partitionsEveryMs = 3_600_000;

/**
 * The connection by which a gateway is seen to live: it holds the gateway's advisory lock and sends its heartbeats.
 * PostgreSQL drops the lock the moment the connection ends, so a killed gateway is known to be dead at once, and a
 * slow one is not taken for dead. A lost connection is replaced at the next heartbeat.
 */
export class GatewaySession {
  readonly #pool: LedgerPool;
  readonly #gatewayId: string;
  readonly #now: () => number;
  #connection: LedgerConnection | null = null;
  #turn: Promise<unknown> = Promise.resolve();
  #partitionsAt: number;
  #closed = false;

  constructor(pool: LedgerPool, gatewayId: string, now: () => number) {
    this.#pool = pool;
    this.#gatewayId = gatewayId;
    this.#now = now;
    this.#partitionsAt = now();
  }

  /** Registers the gateway; its slot's earlier holders are from then on known to be past. */
  register(slot: string): Promise<void> {
    return this.#inTurn(async (connection) => {
      await connection.query(statements.start, [this.#gatewayId, slot]);
    });
  }

  heartbeat(): Promise<{ epoch: bigint }> {
    return this.#inTurn(async (connection) => {
      if (this.#now() - this.#partitionsAt > partitionsEveryMs) {
        await connection.query(statements.partitions, []);
        this.#partitionsAt = this.#now();
      }
      const { rows } = await connection.query<{ epoch: string }>(statements.heartbeat, [this.#gatewayId]);
      const row = rows[0];
      if (row === undefined) throw new LedgerError("gateway_unknown", "This gateway is not registered any more.");
      return { epoch: BigInt(row.epoch) };
    });
  }

  async close(): Promise<void> {
    await this.#inTurn((connection) => connection.query(statements.stop, [this.#gatewayId])).catch(() => undefined);
    this.#closed = true;
    this.#drop();
  }

  /** Statements of one connection run one after another. */
  #inTurn<T>(work: (connection: LedgerConnection) => Promise<T>): Promise<T> {
    const result = this.#turn.then(async () => {
      if (this.#closed) throw new LedgerError("gateway_unknown", "This gateway has left.");
      try {
        return await work(this.#connection ?? (await this.#connect()));
      } catch (error) {
        if (error instanceof LedgerError) throw error;
        this.#drop();
        throw new LedgerError("ledger_unavailable", "The ledger's database cannot be asked.");
      }
    });
    this.#turn = result.catch(() => undefined);
    return result;
  }

  async #connect(): Promise<LedgerConnection> {
    const connection = await this.#pool.connect();
    connection.on("error", () => this.#drop(connection));
    this.#connection = connection;
    const { rows } = await connection.query<{ held: boolean }>(statements.lock, [this.#gatewayId]);
    if (rows[0]?.held !== true) {
      // Our own earlier connection, which the server has not yet seen to be gone.
      this.#drop();
      throw new LedgerError("ledger_unavailable", "This gateway's lock is still held by its lost connection.");
    }
    return connection;
  }

  #drop(only: LedgerConnection | null = this.#connection): void {
    if (only === null || this.#connection !== only) return;
    this.#connection = null;
    only.release(true);
  }
}
