import path from "node:path";
import { once } from "node:events";
import { Readable } from "node:stream";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { batchFiles } from "./batches.ts";
import { type TestEvent, Tally } from "./tally.ts";

/** Two cores are the smallest machine this is meant to pass on; the end-to-end tests wait more than they compute. */
const FILES_AT_ONCE = 4;
/** What one process has compiled of the sources they share, the next need not. */
const COMPILE_CACHE = "node_modules/.cache/meterr-tests";
/** A file that takes five minutes is stuck: the whole run is meant to take under four. */
const FILE_DEADLINE_MS = 300_000;

export interface RunOptions {
  readonly namePatterns: readonly string[];
  readonly only: boolean;
  /** For files made for this run. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** @returns whether tests were run and none failed. What was skipped is said before node's own closing lines. */
export async function runTests(root: string, files: readonly string[], options: RunOptions): Promise<boolean> {
  const tally = new Tally(root);
  const events = run({
    files: batchFiles(root, longestFirst(files), options.folder),
    cwd: root,
    concurrency: FILES_AT_ONCE,
    timeout: FILE_DEADLINE_MS,
    only: options.only,
    signal: options.signal,
    env: { NODE_COMPILE_CACHE: path.join(root, COMPILE_CACHE), ...process.env, ...options.environment },
    ...(options.namePatterns.length > 0 ? { testNamePatterns: [...options.namePatterns] } : {}),
  });
  const output = Readable.from(tally.count(events as AsyncIterable<TestEvent>)).compose(new spec());
  output.pipe(process.stdout, { end: false });
  await once(output, "end");
  if (tally.failed === 0 && tally.executed === 0) console.error("\nnot one test was executed, which proves nothing");
  return tally.failed === 0 && tally.executed > 0 && !options.signal.aborted;
}

/** Whole machines first, so that the run does not end with one of them alone. */
function longestFirst(files: readonly string[]): string[] {
  const rank = (file: string): number => (file.startsWith("e2e/") ? 0 : file.startsWith("apps/") ? 1 : 2);
  return files.toSorted((one, other) => rank(one) - rank(other));
}
