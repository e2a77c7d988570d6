import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import type { AuditResult } from "../../src/findings/finding.ts";

/** Far more than any tree of these tests needs: past it an audit is taken to run for ever. */
const DEADLINE_MS = 60_000;

/**
 * Audits in another process, since what must not happen here (running for ever, running out of stack, dying in native
 * code) could not be reported from within.
 */
export class HostileAudit implements AsyncDisposable {
  #child: ChildProcess | null = null;

  async audit(root: string): Promise<AuditResult> {
    this.#child ??= fork(new URL("audit-process.ts", import.meta.url), { execArgv: [] });
    const child = this.#child;
    const settled = new AbortController();
    const signal = AbortSignal.any([settled.signal, AbortSignal.timeout(DEADLINE_MS)]);
    try {
      child.send(root);
      const [answer] = (await Promise.race([
        once(child, "message", { signal }),
        once(child, "exit", { signal }).then(([code, by]) => [{ error: `it died of ${code ?? by}` }]),
      ])) as [{ result: AuditResult } | { error: string }];
      if ("error" in answer) throw new Error(answer.error);
      return answer.result;
    } catch (error) {
      await this[Symbol.asyncDispose]();
      throw error;
    } finally {
      settled.abort();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
  }
}
