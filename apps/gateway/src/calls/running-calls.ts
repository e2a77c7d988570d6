import type { Revocation } from "../keys/revocation-watch.ts";
import { Refusal } from "../refusal.ts";

/** What a revocation may name of a call. */
export interface CallParties {
  readonly id: string;
  readonly orgId: string;
  readonly virtualKeyId: string;
  readonly memberId: string;
  readonly providerSecretId: string | null;
}

/** How a dispatched call is ended early. */
export interface CallControl {
  /** Ends the client's side now and lets the provider's side settle. */
  endRevoked(): void;
  /** Gives the provider's side up; the call settles at its reservation. */
  abort(): void;
}

/**
 * One call's entry, from before its admission to its end: `entered → attended → left`, or `entered → left` when it is
 * refused. A revocation or a shutdown that comes before `attend` is remembered, so that none falls in between.
 */
export class RunningCall {
  readonly parties: CallParties;
  #control: CallControl | null = null;
  #revoked = false;
  #aborted = false;

  constructor(parties: CallParties) {
    this.parties = parties;
  }

  /** Throws Refusal when the call was revoked, or given up, while it was being admitted: it must not be dispatched. */
  assertWanted(): void {
    if (this.#revoked) throw new Refusal("key_revoked", "This virtual key was revoked.");
    if (this.#aborted) throw restarting();
  }

  attend(control: CallControl): void {
    this.#control = control;
  }

  endRevoked(): void {
    this.#revoked = true;
    this.#control?.endRevoked();
  }

  abort(): void {
    this.#aborted = true;
    this.#control?.abort();
  }
}

/** Every call under way in this process, so that a revocation ends it and a shutdown waits for it. */
export class RunningCalls {
  readonly #calls = new Map<string, RunningCall>();
  #idle: (() => void) | null = null;
  #closed = false;

  get size(): number {
    return this.#calls.size;
  }

  has(id: string): boolean {
    return this.#calls.has(id);
  }

  /** Before admission. Throws Refusal once the process takes no more calls. */
  enter(parties: CallParties): RunningCall {
    if (this.#closed) throw restarting();
    const call = new RunningCall(parties);
    this.#calls.set(parties.id, call);
    return call;
  }

  leave(call: RunningCall): void {
    this.#calls.delete(call.parties.id);
    if (this.#calls.size === 0) {
      this.#idle?.();
      this.#idle = null;
    }
  }

  /** A changed policy binds new calls only; a revocation ends running ones. */
  end(revocation: Revocation): void {
    if (revocation.kind === "policy" || revocation.kind === "api_token") return;
    for (const call of this.#calls.values()) {
      const { orgId, virtualKeyId, memberId, providerSecretId } = call.parties;
      if (orgId !== revocation.orgId) continue;
      const subject = revocation.subjectId;
      if (virtualKeyId === subject || memberId === subject || providerSecretId === subject) call.endRevoked();
    }
  }

  /** No call enters from now on; those under way are given up. */
  closeAndAbort(): void {
    this.#closed = true;
    for (const call of this.#calls.values()) call.abort();
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

function restarting(): Refusal {
  return new Refusal("ledger_unavailable", "The gateway is restarting. Try again shortly.");
}
