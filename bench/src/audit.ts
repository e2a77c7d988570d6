import { execFile } from "node:child_process";
import { appendFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import type { Measured } from "./audit-once.ts";
import { writeRepository } from "./audit-repository.ts";

/** DESIGN section 10: files per second of one core. */
const BAR = 500;
/** MiB, for a repository of up to `FILES` files. */
const MEMORY = 1024;
const FILES = 5_000;
/** How many times faster a second run must be over a tree in which nothing changed. */
const WARM = 3;
/** Below this, start-up is what would be measured. */
const ENOUGH = 1_000;
const DEADLINE_MS = 600_000;

/**
 * The static audit over a generated repository of `--files N`, or over a folder: files per second of CPU, peak memory,
 * and how much faster the second run is. Each run is a process of its own. Exit code 1 below a bar.
 */
export async function auditBench(args: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { files: { type: "string", default: String(FILES) }, turns: { type: "string", default: "3" } },
  });
  const scratch = await mkdtemp(path.join(tmpdir(), "meterr-bench-audit-"));
  try {
    let [folder] = positionals;
    if (folder === undefined) {
      folder = path.join(scratch, "repository");
      writeRepository(folder, Number(values.files));
    }
    const cold: Measured[] = [];
    for (let turn = 0; turn < Number(values.turns); turn += 1)
      cold.push(await auditOnce(path.resolve(folder), path.join(scratch, `cache-${turn}`)));
    const warm = await auditOnce(path.resolve(folder), path.join(scratch, "cache-0"));
    report(cold, warm);
    if (positionals.length > 0) return; // somebody's own folder is not written to
    await appendFile(path.join(folder, "src/lib/errors.ts"), "\n");
    const changed = await auditOnce(folder, path.join(scratch, "cache-0"));
    console.log(
      `after one file has changed  ${changed.cpu.toFixed(0)} ms of CPU, ${changed.wall.toFixed(0)} ms in all`,
    );
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function auditOnce(root: string, cache: string): Promise<Measured> {
  const file = fileURLToPath(new URL("audit-once.ts", import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [file, root, cache], { timeout: DEADLINE_MS });
  return JSON.parse(stdout) as Measured;
}

function report(cold: readonly Measured[], warm: Measured): void {
  const [middle] = cold.toSorted((one, other) => one.cpu - other.cpu).slice(Math.floor(cold.length / 2));
  if (middle === undefined) throw new Error("at least one turn is needed");
  const { files, entryPoints, findings, diagnostics } = middle;
  const perSecond = files / (middle.cpu / 1000);
  const peak = Math.max(...cold.map((one) => one.peak));
  const faster = middle.cpu / warm.cpu;
  console.log(`${files} files: ${entryPoints} entry points, ${findings} findings, ${diagnostics} diagnostics`);
  console.log(
    `cold  ${middle.cpu.toFixed(0)} ms of CPU, ${middle.wall.toFixed(0)} ms in all (median of ${cold.length})`,
  );
  console.log(`warm  ${warm.cpu.toFixed(0)} ms of CPU, ${warm.wall.toFixed(0)} ms in all`);
  const bars = [
    {
      what: "files per second of one core",
      got: perSecond,
      bar: `≥ ${BAR}`,
      met: perSecond >= BAR,
      asked: files >= ENOUGH,
    },
    { what: "peak memory, MiB", got: peak, bar: `< ${MEMORY}`, met: peak < MEMORY, asked: files <= FILES * 1.1 },
    {
      what: "second run, times faster",
      got: faster,
      bar: `≥ ${WARM}`,
      met: warm.cached && faster >= WARM,
      asked: files >= ENOUGH,
    },
  ];
  for (const { what, got, bar, met, asked } of bars)
    console.log(
      `${asked ? (met ? "✔" : "✖") : " "} ${what}: ${got.toFixed(got < 10 ? 1 : 0)}${asked ? ` (${bar})` : ""}`,
    );
  if (bars.some(({ met, asked }) => asked && !met)) process.exitCode = 1;
}
