import type { Machine } from "../machine.ts";
import { poll } from "../poll.ts";
import { sandboxCalls, type SandboxCall } from "../sandbox-calls.ts";
import { judgeLedger, type LedgerVerdict } from "./judge-ledger.ts";
import { startLoad } from "./load.ts";
import { kill, type Victim } from "./victims.ts";

export interface CrashOptions {
  /** Whose turn it is, one after another. */
  readonly victims: readonly Victim[];
  /** Virtual keys the callers carry. */
  readonly keys: readonly string[];
  /** Calls running at once. Default 12. */
  readonly callers?: number;
  /** Told of each round as it ends. */
  onRound?(round: CrashRound): void;
}

export interface CrashRound {
  readonly victim: Victim;
  /** Calls running at the provider when the victim was killed. */
  readonly running: number;
  /** From the kill until everything answered again. */
  readonly recoveryMs: number;
  /** From the end of the callers until no admission was open. */
  readonly settledMs: number;
  readonly verdict: LedgerVerdict;
}

/** Milliseconds for what a kill left open to be settled: a dead gateway's successor recovers within seconds. */
const SETTLED_WITHIN = 60_000;

/**
 * Kills one process after another in the middle of many calls, and after each holds Meterr's ledger against the
 * provider's own. Nothing is asserted here: the rounds say what was found.
 */
export async function runCrashes(machine: Machine, options: CrashOptions): Promise<CrashRound[]> {
  const rounds: CrashRound[] = [];
  for (const victim of options.victims) {
    const callers = options.callers ?? 12;
    const cut = new Set((await sandboxCalls(machine)).filter(isRunning).map((call) => call.id));
    const load = startLoad(machine, { keys: options.keys, callers });
    let running = 0;
    let recoveryMs: number;
    try {
      running = await poll("calls in the middle", async () => {
        // What an earlier kill cut off never ends in the provider's ledger, and runs no more.
        const now = (await sandboxCalls(machine)).filter((call) => isRunning(call) && !cut.has(call.id)).length;
        return now >= callers / 3 ? now : null;
      });
      const killed = performance.now();
      await kill(machine, victim);
      if (victim === "supervisor") await machine.startAgain();
      await poll("everything to answer again", () => answering(machine), 120_000);
      recoveryMs = performance.now() - killed;
      // Calls after the recovery belong to the proof too.
      const before = load.succeeded;
      await poll("calls to succeed again", async () => (load.succeeded > before + 2 ? true : null));
    } finally {
      await load.stop();
    }
    const ended = performance.now();
    const verdict = await settled(machine);
    const round = { victim, running, recoveryMs, settledMs: performance.now() - ended, verdict };
    rounds.push(round);
    options.onRound?.(round);
  }
  return rounds;
}

/** The verdict once nothing is open, or the last one when that takes too long. */
async function settled(machine: Machine): Promise<LedgerVerdict> {
  let last: LedgerVerdict | undefined;
  try {
    return await poll(
      "every call to be settled",
      async () => {
        last = await judgeLedger(machine);
        return last.open === 0 && last.faults.length === 0 ? last : null;
      },
      SETTLED_WITHIN,
    );
  } catch (error) {
    if (last === undefined) throw error;
    return last;
  }
}

function isRunning(call: SandboxCall): boolean {
  return call.finished_at === null;
}

async function answering(machine: Machine): Promise<true | null> {
  const healthy = await Promise.all(
    [machine.gateway, machine.dashboard, machine.sandbox].map((origin) =>
      fetch(`${origin}/healthz`, { signal: AbortSignal.timeout(5_000) }).then(
        (response) => response.ok,
        () => false,
      ),
    ),
  );
  return healthy.every(Boolean) ? true : null;
}
