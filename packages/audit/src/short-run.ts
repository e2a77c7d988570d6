import { setFlagsFromString } from "node:v8";

/** The first release whose middle compiler (Maglev) is always on. */
const SINCE = 24;

/**
 * For a process that audits once and ends: it is over before what the last tier of the compiler (TurboFan) has spent on
 * other threads is earned back, a quarter of all CPU. Concerns the whole process, so whoever owns it is to call this.
 */
export function favourShortRun(): void {
  const { node, bun } = process.versions;
  if (bun === undefined && Number.parseInt(node, 10) >= SINCE) setFlagsFromString("--no-opt");
}
