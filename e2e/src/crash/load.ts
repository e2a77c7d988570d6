import { setTimeout as delay } from "node:timers/promises";
import OpenAI from "openai";
import type { Machine } from "../machine.ts";

/** Callers that go on until they are stopped, whatever happens to the machine. */
export interface Load {
  /** Calls that ended as a caller hopes. */
  readonly succeeded: number;
  /** Calls that failed or were cut off: expected while something is being killed. */
  readonly failed: number;
  /** Takes no new calls and resolves when the running ones have ended. */
  stop(): Promise<void>;
}

export interface LoadOptions {
  /** Virtual keys; caller n uses key n modulo their number. */
  readonly keys: readonly string[];
  readonly callers: number;
}

/** Milliseconds before a caller gives up on one call: above all that the directives below take. */
const PATIENCE = 30_000;

/** Every other caller streams. Each call lasts about half a second, so that a kill always finds some in the middle. */
export function startLoad(machine: Machine, { keys, callers }: LoadOptions): Load {
  const stopping = new AbortController();
  let [succeeded, failed] = [0, 0];
  const loop = async (number: number): Promise<void> => {
    const client = new OpenAI({
      apiKey: keys[number % keys.length] ?? "",
      baseURL: `${machine.gateway}/openai/v1`,
      maxRetries: 0,
      timeout: PATIENCE,
    });
    while (!stopping.signal.aborted) {
      try {
        await (number % 2 === 0 ? plain(client) : streamed(client));
        succeeded += 1;
      } catch {
        failed += 1;
        await delay(50);
      }
    }
  };
  const loops = Array.from({ length: callers }, (_, number) => loop(number));
  return {
    get succeeded() {
      return succeeded;
    },
    get failed() {
      return failed;
    },
    async stop() {
      stopping.abort();
      await Promise.all(loops);
    },
  };
}

const model = "gpt-4o-mini";

async function plain(client: OpenAI): Promise<void> {
  const content = "A plain call. sandbox:wait=400 sandbox:tokens=40";
  await client.chat.completions.create({ model, max_completion_tokens: 60, messages: [{ role: "user", content }] });
}

async function streamed(client: OpenAI): Promise<void> {
  const content = "A streamed call. sandbox:slow=25 sandbox:chunks=20 sandbox:tokens=40";
  const stream = await client.chat.completions.create({
    model,
    max_completion_tokens: 60,
    messages: [{ role: "user", content }],
    stream: true,
  });
  let finished = false;
  for await (const chunk of stream) finished ||= typeof chunk.choices[0]?.finish_reason === "string";
  if (!finished) throw new Error("the stream was cut");
}
