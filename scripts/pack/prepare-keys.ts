import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Compiling every module takes a few seconds; past this it is stuck. */
const DEADLINE_MS = 300_000;

/**
 * What `@meterr/keys` carries beside its own code, by its own step: the modules, built, and the rooms it stands on.
 * The app decides; nobody imports an app.
 */
export async function prepareKeys(root: string, staged: string): Promise<void> {
  const step = path.join(root, "apps/keys-cli/src/pack/main.ts");
  await run(process.execPath, [step, staged], { cwd: root, timeout: DEADLINE_MS });
}
