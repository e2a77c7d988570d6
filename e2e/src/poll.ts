import { setTimeout as delay } from "node:timers/promises";

/** Asks again until the answer is not null, at most so long. Throws naming what was waited for. */
export async function poll<T>(what: string, ask: () => Promise<T | null>, deadlineMs = 60_000): Promise<T> {
  const until = performance.now() + deadlineMs;
  for (;;) {
    const answer = await ask();
    if (answer !== null) return answer;
    if (performance.now() > until) throw new Error(`waited in vain for ${what}`);
    await delay(50);
  }
}
