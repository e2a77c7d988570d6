import { Writable } from "node:stream";
import type { TextOutput } from "./terminal.ts";

// A pipe takes 64 KiB at once on Linux.
const AT_ONCE = 64 * 1024;

/**
 * Writes a long text part by part, no faster than it is taken. When the reader goes away the rest is not made any more;
 * what the stream's failure means is decided by who listens to its errors.
 */
export async function writeChunks(output: TextOutput, chunks: Iterable<string>): Promise<void> {
  let waiting = "";
  for (const chunk of chunks) {
    waiting += chunk;
    if (waiting.length < AT_ONCE) continue;
    if (!(await write(output, waiting))) return;
    waiting = "";
  }
  if (waiting !== "") await write(output, waiting);
}

/** Resolves when the text was taken, with false when it never will be. */
function write(output: TextOutput, text: string): Promise<boolean> {
  if (!(output instanceof Writable)) {
    output.write(text);
    return Promise.resolve(true);
  }
  return new Promise((resolve) => {
    output.write(text, (error) => resolve(error === null || error === undefined));
  });
}
