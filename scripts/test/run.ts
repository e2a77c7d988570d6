import path from "node:path";
import { once } from "node:events";
import { Readable } from "node:stream";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { type TestEvent, Tally } from "./tally.ts";

/** Two cores are the smallest machine this is meant to pass on; more processes only make them wait for each other. */
const FILES_AT_ONCE = 2;
/** A file that takes five minutes is stuck: the whole run is meant to take under four. */
const FILE_DEADLINE_MS = 300_000;

export interface RunOptions {
  readonly namePatterns: readonly string[];
  readonly only: boolean;
  readonly environment: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** @returns whether tests were run and none failed. What was skipped is said before node's own closing lines. */
export async function runTests(root: string, files: readonly string[], options: RunOptions): Promise<boolean> {
  const tally = new Tally(root);
  const events = run({
    files: files.map((file) => path.join(root, file)),
    cwd: root,
    concurrency: FILES_AT_ONCE,
    timeout: FILE_DEADLINE_MS,
    only: options.only,
    signal: options.signal,
    env: { ...process.env, ...options.environment },
    ...(options.namePatterns.length > 0 ? { testNamePatterns: [...options.namePatterns] } : {}),
  });
  const output = Readable.from(tally.count(events as AsyncIterable<TestEvent>)).compose(new spec());
  output.pipe(process.stdout, { end: false });
  await once(output, "end");
  if (tally.failed === 0 && tally.executed === 0) console.error("\nnot one test was executed, which proves nothing");
  return tally.failed === 0 && tally.executed > 0 && !options.signal.aborted;
}
