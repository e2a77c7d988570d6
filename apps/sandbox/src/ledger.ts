import { closeSync, openSync, writeSync } from "node:fs";
import type { Provider, TokenUsage } from "./exchange.ts";

/** One call that reached the sandbox. Carries no prompt, no answer and no credential in clear. */
export interface SandboxCall {
  /** Grows by one per call of this process. */
  seq: number;
  id: string;
  /** RFC 3339, when the request's headers had been read. */
  at: string;
  finished_at: string | null;
  provider: Provider;
  endpoint: string;
  model: string | null;
  stream: boolean;
  /** Lower-case hex SHA-256 of the credential; null when there was none. */
  credential_sha256: string | null;
  /** The caller's own `x-request-id`, if sent. */
  request_id: string | null;
  /** The caller's own `x-client-request-id`, if sent: a gateway's name for the call. */
  client_request_id: string | null;
  /** The id this sandbox answered with (`x-request-id` or `request-id`). */
  upstream_request_id: string;
  status: number | null;
  /** What a provider would bill, also when the answer was broken off or left usage out; null when nothing was generated. */
  usage: TokenUsage | null;
  usage_reported: boolean;
  /** The whole answer was handed to the socket as intended, i.e. no fault cut it and the caller did not hang up. */
  completed: boolean;
  /** Body bytes written. */
  bytes_sent: number;
}

export interface LedgerCounts {
  received: number;
  finished: number;
  completed: number;
}

/** Calls kept in memory: about 20 MB; the file keeps them all. */
const RING = 50_000;

/**
 * A call is `received`, then `finished` once; each is one line appended with one write (no fsync), so that a kill
 * of this process loses nothing the system call returned for.
 */
export class Ledger {
  readonly #calls = new Map<number, SandboxCall>();
  readonly #file: number | null;
  readonly #counts: LedgerCounts = { received: 0, finished: 0, completed: 0 };
  #closed = false;

  constructor(path: string | null) {
    this.#file = path === null ? null : openSync(path, "a", 0o600);
  }

  receive(call: SandboxCall): void {
    this.#calls.set(call.seq, call);
    this.#counts.received += 1;
    if (this.#calls.size > RING) {
      const oldest = this.#calls.keys().next();
      if (oldest.done !== true) this.#calls.delete(oldest.value);
    }
    this.#append("received", call);
  }

  finish(call: SandboxCall, finishedAt: string): void {
    if (call.finished_at !== null) return;
    call.finished_at = finishedAt;
    this.#counts.finished += 1;
    if (call.completed) this.#counts.completed += 1;
    this.#append("finished", call);
  }

  /** Copies of the calls in memory after `seq`, oldest first. */
  calls(afterSeq = 0): SandboxCall[] {
    return [...this.#calls.values()].filter((call) => call.seq > afterSeq).map((call) => ({ ...call }));
  }

  counts(): LedgerCounts {
    return { ...this.#counts };
  }

  /** Forgets the calls in memory and the counts; the file is history and stays. */
  clear(): void {
    this.#calls.clear();
    Object.assign(this.#counts, { received: 0, finished: 0, completed: 0 });
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#file !== null) closeSync(this.#file);
  }

  #append(event: "received" | "finished", call: SandboxCall): void {
    if (this.#file !== null && !this.#closed) writeSync(this.#file, `${JSON.stringify({ event, ...call })}\n`);
  }
}
