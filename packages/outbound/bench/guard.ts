import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { parseArgs } from "node:util";
import { Worker, isMainThread, parentPort } from "node:worker_threads";
import { Pool } from "undici";
import type { Dispatcher } from "undici";
import { createOutbound } from "../src/index.ts";

// What the guard costs beside a bare undici Pool: CPU per call of this process's main thread, in turns within
// one run. The upstream answers from a worker, whose CPU is not counted.
// Usage: node packages/outbound/bench/guard.ts [--calls 20000] [--rounds 5]

const { values } = parseArgs({
  options: { calls: { type: "string", default: "20000" }, rounds: { type: "string", default: "5" } },
});
const CONCURRENCY = 32;

if (isMainThread) await measure(Number(values.calls), Number(values.rounds));
else await serve();

async function serve(): Promise<void> {
  const answer = Buffer.from(JSON.stringify({ usage: { total_tokens: 12 }, text: "x".repeat(400) }));
  const server = createServer((request, response) => {
    request.resume().on("end", () => response.end(answer));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a MessagePort has no origin
  parentPort?.postMessage((server.address() as AddressInfo).port);
}

async function measure(calls: number, rounds: number): Promise<void> {
  const worker = new Worker(new URL(import.meta.url));
  const [port] = (await once(worker, "message")) as [number];
  const origin = `http://127.0.0.1:${port}`;
  const outbound = createOutbound({ allow: [origin] });
  const pool = new Pool(origin, { allowH2: false });
  const ways = { "bare pool": pool as Dispatcher, guarded: outbound.dispatcher };
  const spent: Record<string, number[]> = { "bare pool": [], guarded: [] };
  for (const dispatcher of Object.values(ways)) await run(dispatcher, origin, 2_000); // warm
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, dispatcher] of Object.entries(ways)) {
      const before = process.threadCpuUsage();
      await run(dispatcher, origin, calls);
      const { user, system } = process.threadCpuUsage(before);
      spent[name]?.push((user + system) / calls);
    }
  }
  const [bare = 0, guarded = 0] = Object.values(spent).map(
    (each) => each.toSorted((a, b) => a - b)[each.length >> 1] ?? 0,
  );
  process.stdout.write(
    `bare pool ${bare.toFixed(1)} µs, guarded ${guarded.toFixed(1)} µs of CPU per call: ratio ${(guarded / bare).toFixed(3)}\n`,
  );
  await outbound.close();
  await pool.close();
  await worker.terminate();
}

async function run(dispatcher: Dispatcher, origin: string, calls: number): Promise<void> {
  let left = calls;
  const one = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await call(dispatcher, origin);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, one));
}

function call(dispatcher: Dispatcher, origin: string): Promise<void> {
  return new Promise((resolve, reject) => {
    dispatcher.dispatch(
      {
        origin,
        path: "/v1/chat/completions",
        method: "POST",
        headers: ["content-type", "application/json"],
        body: '{"model":"m"}',
      },
      {
        onRequestStart() {},
        onResponseStart() {},
        onResponseData() {},
        onResponseEnd: () => resolve(),
        onResponseError: (_, error) => reject(error),
      },
    );
  });
}
