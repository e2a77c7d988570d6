import { Agent } from "undici";

export interface Load {
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body: string;
  readonly requests: number;
  readonly concurrency: number;
}

export interface LoadResult {
  readonly seconds: number;
  /** Milliseconds, ascending. */
  readonly latencies: Float64Array;
  readonly failed: number;
}

/** Sends a fixed number of requests with a fixed number under way, and ends. */
export async function drive(load: Load): Promise<LoadResult> {
  const agent = new Agent({ connections: load.concurrency, pipelining: 1 });
  const { origin, pathname } = new URL(load.url);
  const latencies = new Float64Array(load.requests);
  let next = 0;
  let failed = 0;
  const reasons = new Map<string, number>();
  const worker = async (): Promise<void> => {
    while (next < load.requests) {
      const index = next++;
      const began = performance.now();
      const answer = await agent.request({
        origin,
        path: pathname,
        method: "POST",
        headers: load.headers,
        body: load.body,
      });
      await answer.body.dump();
      if (answer.statusCode !== 200) {
        failed += 1;
        reasons.set(
          `${answer.statusCode} ${String(answer.headers["x-meterr-code"])}`,
          (reasons.get(`${answer.statusCode} ${String(answer.headers["x-meterr-code"])}`) ?? 0) + 1,
        );
      }
      latencies[index] = performance.now() - began;
    }
  };
  const began = performance.now();
  await Promise.all(Array.from({ length: load.concurrency }, worker));
  const seconds = (performance.now() - began) / 1000;
  await agent.close();
  if (failed > 0) process.stderr.write(`${JSON.stringify([...reasons])}\n`);
  return { seconds, latencies: latencies.sort(), failed };
}

export function percentile(sorted: Float64Array, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
