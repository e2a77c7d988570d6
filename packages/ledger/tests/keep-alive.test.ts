import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { LedgerError } from "../src/errors.ts";
import { keepAlive, type KeepAliveOptions } from "../src/keep-alive.ts";
import type { SettlementQueue } from "../src/settlement-queue.ts";

type Parts = Pick<KeepAliveOptions["ledger"], "heartbeat" | "recover" | "openAdmissions">;

function alive(
  parts: Partial<Parts>,
  more: Partial<KeepAliveOptions> & { holds?: (id: string) => boolean; release?: (id: string) => void },
) {
  const ledger = {
    heartbeat: async () => ({ epoch: 1n }),
    recover: async () => 0,
    openAdmissions: async () => [],
    ...parts,
  };
  return keepAlive({
    ledger: ledger as unknown as KeepAliveOptions["ledger"],
    queue: {
      holds: more.holds ?? (() => false),
      release: (_org: string, id: string) => more.release?.(id),
    } as unknown as SettlementQueue,
    isRunning: () => false,
    heartbeatMs: 1,
    recoverMs: 1,
    sweepMs: 1,
    ...more,
  });
}

test("only an admission that neither runs here nor waits in the queue is released", async () => {
  const org = randomUUID();
  const [running, queued, lost] = [randomUUID(), randomUUID(), randomUUID()];
  const released = Promise.withResolvers<string>();
  const stop = alive(
    { openAdmissions: async () => [running, queued, lost].map((id) => ({ org, id })) },
    { isRunning: (id) => id === running, holds: (id) => id === queued, release: released.resolve },
  );
  assert.equal(await released.promise, lost);
  await stop();
});

test("a failed turn is told of and followed by the next; heartbeats carry the newest epoch", async () => {
  let beats = 0;
  const answered = Promise.withResolvers<bigint>();
  const failed = Promise.withResolvers<string>();
  const stop = alive(
    {
      heartbeat: async () => {
        beats += 1;
        if (beats === 1) throw new LedgerError("ledger_unavailable", "down");
        return { epoch: 7n };
      },
    },
    { onHeartbeat: answered.resolve, onFailure: failed.resolve },
  );
  assert.equal(await failed.promise, "heartbeat");
  assert.equal(await answered.promise, 7n);
  await stop();
  const after = beats;
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(beats, after);
});
