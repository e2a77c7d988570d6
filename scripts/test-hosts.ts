import { mkdir, mkdtemp, rm } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";
import { HOSTS } from "./hosts/hosts.ts";
import { tryHost } from "./hosts/try-host.ts";
import { packWorkspace } from "./pack/pack-workspace.ts";
import { startDatabase } from "./test/database.ts";

const ROOT = path.join(import.meta.dirname, "..");

/** `npm run test:hosts`, `npm run test:hosts -- express next`. */
async function testHosts(): Promise<void> {
  const { positionals } = parseArgs({ allowPositionals: true });
  const unknown = positionals.filter((name) => !HOSTS.some((host) => host.name === name));
  if (unknown.length > 0) throw new Error(`there is no host ${unknown.join(", ")}`);
  const wanted = HOSTS.filter(({ name }) => positionals.length === 0 || positionals.includes(name));

  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
  // Below the repository, so that what the hosts depend on is found by walking up; ignored by git.
  await mkdir(path.join(ROOT, "tmp"), { recursive: true });
  const folder = await mkdtemp(path.join(ROOT, "tmp", "hosts-"));
  const database = await startDatabase();
  try {
    const { file } = await packWorkspace({ root: ROOT, folder: "packages/runtime", out: folder });
    const trying = wanted.map(async (host) => {
      const started = performance.now();
      const around = {
        root: ROOT,
        runtime: file,
        folder,
        env: database.environment,
        signal: stop.signal,
        tell: console.log,
      };
      await tryHost(host, around);
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      console.log(`✔ ${host.name}: built, attacked, and as it was (${seconds} s)`);
    });
    // Each to its end: a host that is cut off could leave its server running.
    const failed = (await Promise.allSettled(trying)).filter((result) => result.status === "rejected");
    if (failed.length > 0) throw new AggregateError(failed.map(({ reason }) => reason as unknown));
  } finally {
    await database.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

try {
  await testHosts();
} catch (error) {
  for (const reason of error instanceof AggregateError ? error.errors : [error]) {
    console.error(`test:hosts: ${reason instanceof Error ? reason.message : String(reason)}`);
  }
  process.exitCode = 1;
}
