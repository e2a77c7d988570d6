import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { becomeOwner, startMachine, type Machine } from "@meterr/e2e";
import { drive, percentile, type Load } from "./load.ts";
import { cpuSeconds, residentMib } from "./process-usage.ts";

/** DESIGN section 10: the main job's bar for CPU of the gateway's process against a bare pass-through. */
const BAR = 6;

/** Requests until the just-in-time compiler has settled; before that both sides measure V8. */
const WARM_UP = 8_000;

interface Side {
  readonly name: string;
  readonly pid: number;
  readonly load: Load;
}

/**
 * CPU per plain request of the gateway's own process, everything on (admission and settlement in PostgreSQL, a money
 * limit, metering), against a bare undici pass-through to the same upstream, in turns within one run; added latency
 * at a steady low rate; memory over the whole run. `--requests N` per side and turn, `--memory N` for the long run.
 */
export async function gatewayBench(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      requests: { type: "string", default: "4000" },
      turns: { type: "string", default: "3" },
      memory: { type: "string", default: "0" },
    },
  });
  const machine = await startMachine();
  const proxy = spawn(process.execPath, [fileURLToPath(new URL("bare-proxy.ts", import.meta.url)), machine.sandbox], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  try {
    const port = await new Promise<string>((resolve) =>
      proxy.stdout.once("data", (line: Buffer) => resolve(line.toString().trim())),
    );
    const [gateway, bare] = await sidesOf(machine, Number(port), proxy.pid ?? 0);
    await compare(gateway, bare, Number(values.requests), Number(values.turns));
    if (Number(values.memory) > 0) await memory(gateway, Number(values.memory));
  } finally {
    proxy.kill("SIGTERM");
    await machine.stop();
  }
}

async function sidesOf(machine: Machine, proxyPort: number, proxyPid: number): Promise<[Side, Side]> {
  await becomeOwner(machine);
  const { key } = await machine.json<{ key: string }>([
    "virtual-keys",
    "create",
    "--name",
    "bench",
    "--test",
    "--limit-usd",
    "100000",
  ]);
  const body = JSON.stringify({
    model: "gpt-4o-mini",
    max_tokens: 32,
    messages: [{ role: "user", content: "Say something short about the weather in a harbour town." }],
  });
  const load = {
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body,
    requests: 0,
    concurrency: 0,
  };
  const { gateway } = await machine.children();
  if (gateway === undefined) throw new Error("the gateway's process is not known");
  const path = "/openai/v1/chat/completions";
  return [
    { name: "gateway", pid: gateway, load: { ...load, url: `${machine.gateway}${path}` } },
    { name: "bare proxy", pid: proxyPid, load: { ...load, url: `http://127.0.0.1:${proxyPort}${path}` } },
  ];
}

async function compare(gateway: Side, bare: Side, requests: number, turns: number): Promise<void> {
  for (const side of [gateway, bare]) await drive({ ...side.load, requests: WARM_UP, concurrency: 16 });
  const cpu = new Map<string, number>();
  for (let turn = 0; turn < turns; turn++) {
    for (const side of [gateway, bare]) {
      const before = await cpuSeconds(side.pid);
      const result = await drive({ ...side.load, requests, concurrency: 16 });
      const used = (await cpuSeconds(side.pid)) - before;
      cpu.set(side.name, (cpu.get(side.name) ?? 0) + used);
      line(
        `${side.name}: ${(requests / result.seconds).toFixed(0)} requests/s at concurrency 16, ${((used / requests) * 1e6).toFixed(0)} µs CPU a request, ${result.failed} failed`,
      );
      if (result.failed > 0) throw new Error("calls failed: the figures mean nothing");
    }
  }
  const per = (side: Side): number => ((cpu.get(side.name) ?? 0) / (requests * turns)) * 1e6;
  const ratio = per(gateway) / per(bare);
  line(
    `CPU a request: gateway ${per(gateway).toFixed(0)} µs, bare proxy ${per(bare).toFixed(0)} µs, ratio ${ratio.toFixed(2)} (bar ≤ ${BAR})`,
  );
  for (const side of [gateway, bare]) {
    const { latencies } = await drive({ ...side.load, requests: 500, concurrency: 1 });
    line(
      `${side.name}, one at a time: p50 ${percentile(latencies, 0.5).toFixed(2)} ms, p99 ${percentile(latencies, 0.99).toFixed(2)} ms`,
    );
  }
  if (ratio > BAR) process.exitCode = 1;
}

async function memory(gateway: Side, requests: number): Promise<void> {
  const steps = 10;
  for (let step = 1; step <= steps; step++) {
    await drive({ ...gateway.load, requests: Math.ceil(requests / steps), concurrency: 16 });
    line(
      `memory after ${Math.ceil((requests / steps) * step)} requests: ${(await residentMib(gateway.pid)).toFixed(0)} MiB`,
    );
  }
}

function line(text: string): void {
  process.stdout.write(`${text}\n`);
}
