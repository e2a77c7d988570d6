import type { Revocation } from "../keys/revocation-watch.ts";

/** A call between dispatch and settlement. */
export interface RunningCall {
  readonly id: string;
  readonly orgId: string;
  readonly virtualKeyId: string;
  readonly memberId: string;
  readonly providerSecretId: string | null;
  /** Ends the client's side now and lets the provider's side settle. */
  endRevoked(): void;
  /** Gives the provider's side up; the call settles at its reservation. */
  abort(): void;
}

/** Every call under way in this process, so that a revocation ends it and a shutdown waits for it. */
export class RunningCalls {
  readonly #calls = new Set<RunningCall>();
  #idle: (() => void) | null = null;

  get size(): number {
    return this.#calls.size;
  }

  has(id: string): boolean {
    for (const call of this.#calls) if (call.id === id) return true;
    return false;
  }

  add(call: RunningCall): void {
    this.#calls.add(call);
  }

  delete(call: RunningCall): void {
    this.#calls.delete(call);
    if (this.#calls.size === 0) {
      this.#idle?.();
      this.#idle = null;
    }
  }

  /** A changed policy binds new calls only; a revocation ends running ones. */
  end(revocation: Revocation): void {
    if (revocation.kind === "policy" || revocation.kind === "api_token") return;
    for (const call of this.#calls) {
      if (call.orgId !== revocation.orgId) continue;
      const subject = revocation.subjectId;
      if (call.virtualKeyId === subject || call.memberId === subject || call.providerSecretId === subject)
        call.endRevoked();
    }
  }

  abortAll(): void {
    for (const call of this.#calls) call.abort();
  }

  /** Resolves when no call is under way, or after `timeout` milliseconds. Returns how many are left. */
  async settled(timeout: number): Promise<number> {
    if (this.#calls.size === 0) return 0;
    let timer: NodeJS.Timeout | undefined;
    await Promise.race([
      new Promise<void>((resolve) => {
        this.#idle = resolve;
      }),
      new Promise<void>((resolve) => {
        timer = setTimeout(resolve, timeout);
      }),
    ]);
    clearTimeout(timer);
    return this.#calls.size;
  }
}
