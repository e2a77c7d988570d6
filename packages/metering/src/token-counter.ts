import { Worker } from "node:worker_threads";
import type { CountAnswer, CountJob } from "./count-worker.ts";
import { encodingOf, type Encoding } from "./count/encoding.ts";
import { roughCount } from "./count/rough-count.ts";
import { MeteringError } from "./errors.ts";
import type { Provider } from "./provider.ts";

export interface TokenCount {
  readonly tokens: number;
  /** Counted with the model's own published encoding. Otherwise an estimate. */
  readonly exact: boolean;
}

export interface TokenCounterOptions {
  /** Milliseconds from the question to an answer, waiting included; after that the answer is an estimate. */
  readonly deadlineMs: number;
  /** The worker and its tables (about 100 MB) are given up after this long without a question. */
  readonly idleMs?: number;
  /** Where the worker's entry file stands, for hosts that move files about. */
  readonly workerUrl?: URL;
}

/**
 * Counts on one worker thread, one question at a time. A question in progress past its deadline has its worker
 * terminated, so no input can occupy it; one that waits past it leaves the queue; both are answered by an estimate.
 */
export interface TokenCounter {
  /** Exact token count of the texts, each by itself, or an estimate. Null model encodings are the caller's to refuse. */
  count(texts: readonly string[], encoding: Encoding): Promise<TokenCount>;
  /** Tokens of a text as a model would count it. Exact for OpenAI models with a published encoding only. */
  estimate(question: { text: string; model: string; provider: Provider }): Promise<TokenCount>;
  /** Loads an encoding's table ahead of the first question; without a deadline. */
  warm(encoding: Encoding): Promise<void>;
  close(): Promise<void>;
}

/** More waiting questions than this are answered by an estimate at once. */
const MOST_WAITING = 256;

interface Question {
  readonly job: CountJob;
  readonly timer: NodeJS.Timeout | null;
  /** Called once; null stands for "not counted". */
  answer: ((tokens: number | null) => void) | null;
}

function settle(question: Question, tokens: number | null): void {
  if (question.timer !== null) clearTimeout(question.timer);
  question.answer?.(tokens);
  question.answer = null;
}

/**
 * Claude's and Gemini's encodings are not published, so OpenAI's newest stands in for them. The percentages are chosen
 * to lean high, not measured; the answer is always marked as an estimate.
 */
const PERCENT_OF_O200K: Readonly<Record<Provider, number>> = { openai: 100, anthropic: 130, google: 110 };

export function tokenCounter(options: TokenCounterOptions): TokenCounter {
  const entry = options.workerUrl ?? new URL("./count-worker.ts", import.meta.url);
  const idleMs = options.idleMs ?? 60_000;
  const waiting: Question[] = [];
  const loaded = new Set<Encoding>();
  let worker: Worker | null = null;
  let current: Question | null = null;
  let idle: NodeJS.Timeout | null = null;
  let nextId = 1;
  let closed = false;

  const stop = async (): Promise<void> => {
    const stopping = worker;
    worker = null;
    loaded.clear();
    await stopping?.terminate();
  };

  const start = (): Worker => {
    const started = new Worker(entry);
    started.unref();
    started.on("message", (answer: CountAnswer) => {
      if (started !== worker || current === null || current.job.id !== answer.id) return;
      if (answer.tokens !== null) loaded.add(current.job.encoding);
      finish(answer.tokens);
    });
    // A worker that fails takes only its question along; the next question starts another.
    started.on("error", () => {
      if (started !== worker) return;
      worker = null;
      loaded.clear();
      finish(null);
    });
    return started;
  };

  const finish = (tokens: number | null): void => {
    const done = current;
    current = null;
    if (done !== null) settle(done, tokens);
    advance();
  };

  const advance = (): void => {
    if (current !== null || closed) return;
    const next = waiting.shift();
    if (next === undefined) {
      idle = setTimeout(() => void stop(), idleMs).unref();
      return;
    }
    if (idle !== null) clearTimeout(idle);
    current = next;
    worker ??= start();
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker thread, not a window
    worker.postMessage(next.job);
  };

  const late = (question: Question): void => {
    settle(question, null);
    const place = waiting.indexOf(question);
    if (place !== -1) waiting.splice(place, 1);
    else if (question === current && loaded.has(question.job.encoding)) {
      // Loading a table is allowed to finish, since the next question needs it too; counting is not.
      current = null;
      void stop();
      advance();
    }
  };

  const ask = (encoding: Encoding, texts: readonly string[] | null): Promise<number | null> => {
    if (closed) return Promise.reject(new MeteringError("counter_closed", "The token counter is closed"));
    if (waiting.length >= MOST_WAITING) return Promise.resolve(null);
    return new Promise((resolve) => {
      const question: Question = {
        job: { id: nextId++, encoding, texts },
        timer: texts === null ? null : setTimeout(() => late(question), options.deadlineMs),
        answer: resolve,
      };
      waiting.push(question);
      advance();
    });
  };

  return {
    async count(texts, encoding) {
      const tokens = await ask(encoding, texts);
      return tokens === null ? { tokens: roughCount(texts), exact: false } : { tokens, exact: true };
    },
    async estimate({ text, model, provider }) {
      const encoding = provider === "openai" ? encodingOf(model) : null;
      const tokens = await ask(encoding ?? "o200k_base", [text]);
      const near = tokens ?? roughCount([text]);
      if (tokens !== null && encoding !== null) return { tokens, exact: true };
      return { tokens: Math.ceil((near * PERCENT_OF_O200K[provider]) / 100), exact: false };
    },
    async warm(encoding) {
      await ask(encoding, null);
    },
    async close() {
      closed = true;
      if (idle !== null) clearTimeout(idle);
      for (const question of waiting.splice(0)) settle(question, null);
      if (current !== null) settle(current, null);
      current = null;
      await stop();
    },
  };
}
