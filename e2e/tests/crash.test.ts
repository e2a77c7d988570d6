import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { runCrashes } from "../src/crash/run-crashes.ts";
import type { Victim } from "../src/crash/victims.ts";
import { startMachine, type Machine } from "../src/machine.ts";
import { becomeOwner } from "../src/owner.ts";

let machine: Machine;

before(async () => {
  machine = await startMachine();
  await becomeOwner(machine);
});
after(() => machine?.stop());

async function mint(name: string, limit: string): Promise<string> {
  const args = ["virtual-keys", "create", "--name", name, "--test", "--limit-usd", limit];
  return (await machine.json<{ key: string }>(args)).key;
}

test("whichever process is killed in the middle of calls, every call the provider saw has exactly one terminal row and no budget is overspent", async (t) => {
  // The second key's limit is used up on the way: what a crash leaves reserved would let it overspend, or refuse for ever.
  const roomy = await mint("roomy", "5");
  const keys = [roomy, roomy, await mint("narrow", "0.002")];
  const victims: Victim[] = ["gateway", "postgres", "gateway and postgres", "dashboard", "supervisor", "gateway"];
  const rounds = await runCrashes(machine, {
    victims,
    keys,
    onRound: ({ victim, running, recoveryMs, settledMs, verdict }) =>
      t.diagnostic(
        `${victim}: ${running} calls running, answers again after ${recoveryMs.toFixed(0)} ms, settled ${settledMs.toFixed(0)} ms later, ${JSON.stringify(verdict.outcomes)}`,
      ),
  });
  for (const { victim, verdict } of rounds) assert.deepEqual(verdict.faults, [], `after the kill of ${victim}`);
  const last = rounds.at(-1)?.verdict;
  assert.ok((last?.received ?? 0) > 100, "too few calls to prove anything");
  assert.ok((last?.outcomes["settled"] ?? 0) > 0 && (last?.outcomes["expired"] ?? 0) > 0, "no kill hit a running call");
});
