import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { glob, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { CliError } from "../errors.ts";
import { takeHomeLock, type HomeLock } from "../home/lock.ts";
import { childEnvironment } from "../supervisor/child-environment.ts";
import { lastLogLine, openLog } from "../supervisor/log-file.ts";
import type { Installation } from "./child-plans.ts";

// All that ends up in the build. A change to any of it makes the old build stale.
const sources = ["package-lock.json", "apps/dashboard/**/*.{ts,tsx,css,json,svg,mjs}", "apps/dashboard/public/**"];

/** Milliseconds to wait for another start that is building. */
const buildWithin = 300_000;

/** Whether the dashboard must be built before it can start, and the fingerprint of the sources it would be built from. */
export async function dashboardBuild(root: string): Promise<{ needed: boolean; fingerprint: string }> {
  if (!existsSync(join(root, "apps/dashboard/scripts/build.ts"))) return { needed: false, fingerprint: "" };
  const fingerprint = await fingerprintOf(root);
  const built = await readFile(stampOf(root), "utf8").catch(() => "");
  return { needed: built !== fingerprint, fingerprint };
}

/**
 * Builds the dashboard and notes what it was built from. Of several starts from one source tree only one builds; the
 * others wait for it.
 * @throws CliError `child_failed` with the last line of the build and where its log is.
 */
export async function buildDashboard(
  installation: Installation,
  fingerprint: string,
  logFile: string,
  signal: AbortSignal,
): Promise<void> {
  const lock = await waitForTurn(installation.root, signal);
  try {
    // Whoever was first has built it for us too.
    if ((await readFile(stampOf(installation.root), "utf8").catch(() => "")) === fingerprint) return;
    await runBuild(installation, fingerprint, logFile, signal);
  } finally {
    await lock.release();
  }
}

async function waitForTurn(root: string, signal: AbortSignal): Promise<HomeLock> {
  const folder = join(root, "node_modules", ".cache");
  await mkdir(folder, { recursive: true });
  const deadline = performance.now() + buildWithin;
  for (;;) {
    try {
      return await takeHomeLock(join(folder, "meterr-dashboard-build.lock"), "the dashboard's build");
    } catch (error) {
      const busy = error instanceof CliError && error.code === "already_running";
      if (!busy || performance.now() > deadline) throw error;
    }
    signal.throwIfAborted();
    await delay(250, undefined, { signal });
  }
}

async function runBuild(
  installation: Installation,
  fingerprint: string,
  logFile: string,
  signal: AbortSignal,
): Promise<void> {
  const { root, node, env } = installation;
  const log = await openLog(logFile);
  try {
    const from = (await log.stat()).size;
    const child = spawn(node, ["scripts/build.ts"], {
      cwd: join(root, "apps/dashboard"),
      env: childEnvironment(env),
      stdio: ["ignore", log.fd, log.fd],
      signal,
    });
    const code = await new Promise<number | null>((resolve) => {
      child.on("error", () => resolve(null));
      child.on("close", resolve);
    });
    if (signal.aborted) return;
    if (code !== 0) {
      const line = await lastLogLine(logFile, from);
      throw new CliError("child_failed", `The dashboard could not be built${line === undefined ? "" : `: ${line}`}.`, {
        next: `Its log: ${logFile}`,
      });
    }
    await writeFile(stampOf(root), fingerprint);
  } finally {
    await log.close();
  }
}

function stampOf(root: string): string {
  return join(root, "apps/dashboard/.next/meterr-build-stamp");
}

async function fingerprintOf(root: string): Promise<string> {
  const files = new Set<string>();
  for await (const entry of glob(sources, {
    cwd: root,
    withFileTypes: true,
    // next-env.d.ts is written by the build itself.
    exclude: (found) => [".next", "node_modules", "tests", "next-env.d.ts"].includes(found.name),
  })) {
    if (entry.isFile()) files.add(join(entry.parentPath, entry.name));
  }
  const hash = createHash("sha256").update(process.version);
  for (const file of [...files].toSorted()) hash.update(`\0${file.slice(root.length)}\0`).update(await readFile(file));
  return hash.digest("hex");
}
