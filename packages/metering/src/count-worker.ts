import { parentPort } from "node:worker_threads";
import { loadEncoding, type CountText, type Encoding } from "./count/encoding.ts";

/** To the worker: count these texts, or with none just load the encoding. */
export interface CountJob {
  readonly id: number;
  readonly encoding: Encoding;
  readonly texts: readonly string[] | null;
}
/** From the worker; `tokens` is null when the texts could not be counted. */
export interface CountAnswer {
  readonly id: number;
  readonly tokens: number | null;
}

const loaded = new Map<Encoding, CountText>();

async function answer(job: CountJob): Promise<CountAnswer> {
  try {
    const count = loaded.get(job.encoding) ?? (await loadEncoding(job.encoding));
    loaded.set(job.encoding, count);
    return { id: job.id, tokens: (job.texts ?? []).reduce((sum, text) => sum + count(text), 0) };
  } catch {
    // A text on which the pattern engine gives up. The message would quote it, so nothing of it leaves.
    return { id: job.id, tokens: null };
  }
}

parentPort?.on("message", (job: CountJob) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker thread, not a window
  void answer(job).then((result) => parentPort?.postMessage(result));
});
