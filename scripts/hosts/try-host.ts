import { readFile, rm } from "node:fs/promises";
import path from "node:path";
import { differences, folderHashes } from "./folder-hashes.ts";
import type { ExampleHost } from "./hosts.ts";
import { installRuntime } from "./install-runtime.ts";
import { runStep } from "./run-step.ts";
import { Stranger } from "./stranger.ts";

export interface Surroundings {
  readonly root: string;
  /** The runtime, packed. */
  readonly runtime: string;
  /** Where hosts are put: below the repository, so that what they depend on is found. */
  readonly folder: string;
  /** `METERR_TEST_DATABASE` and such. */
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  tell(text: string): void;
}

/**
 * A host before it had modules, with them, and after they were taken out: built, run and attacked each time; in the end
 * every file of it is what it was. Rejects at the first thing that is not so.
 */
export async function tryHost(host: ExampleHost, around: Surroundings): Promise<void> {
  const { root, env, signal, tell } = around;
  const stranger = new Stranger(path.join(root, "examples", host.name), path.join(around.folder, host.name), host);
  const { folder } = stranger;
  const step = (args: readonly string[]): Promise<string> => runStep(args, { cwd: folder, env, signal });
  const keys = (...args: readonly string[]): Promise<string> =>
    step([path.join(root, "apps/keys-cli/src/main.ts"), ...args]);

  async function buildAndAttack(mode: "bare" | "mounted"): Promise<void> {
    for (const name of host.stale) await rm(path.join(folder, name), { recursive: true, force: true });
    const [program, ...args] = host.build;
    await step([path.join(root, "node_modules", program), ...args]);
    const said = await runStep(["--test", "--test-reporter=tap", path.join(root, host.test)], {
      cwd: root,
      env: { ...env, EXAMPLE_FOLDER: folder, EXAMPLE_MODE: mode },
      signal,
    });
    const passed = /^# pass (\d+)$/m.exec(said)?.[1] ?? "0";
    if (passed === "0") throw new Error(`${host.name}: not one test was executed, which proves nothing`);
    tell(`${host.name} ${mode}: ${passed} tests passed`);
  }

  await stranger.begin();
  const before = await folderHashes(folder, host.built);
  await rejectTraces(folder, before);
  await buildAndAttack("bare");

  for (const slug of host.modules) await keys("add", slug);
  await installRuntime(around.runtime, folder);
  await stranger.mount();
  await buildAndAttack("mounted");
  const verified = await runStep([path.join(root, "apps/keys-cli/src/main.ts"), "verify"], {
    cwd: folder,
    env: { ...env, ...SETTINGS },
    signal,
  });
  if (!host.modules.every((slug) => verified.includes(slug))) throw new Error(`keys verify left one out:\n${verified}`);

  await stranger.unmount();
  for (const slug of host.modules) await keys("remove", slug);
  await rm(path.join(folder, "node_modules"), { recursive: true, force: true });
  const left = differences(before, await folderHashes(folder, host.built));
  if (left.length > 0) throw new Error(`${host.name} is not as it was:\n${left.join("\n")}`);
  await buildAndAttack("bare");
}

/** Set, so that `keys verify` finds what the modules require. */
const SETTINGS = { STRIPE_SECRET_KEY: "set", STRIPE_WEBHOOK_SECRET: "set" };

/** Without its modules a host's code has no word of them. */
async function rejectTraces(folder: string, files: ReadonlyMap<string, string>): Promise<void> {
  for (const file of files.keys()) {
    if (!/^(src|scripts|migrations)\/|\.mjs$|tsconfig\.json$/.test(file)) continue;
    if (/meterr|#modules/i.test(await readFile(path.join(folder, file), "utf8"))) {
      throw new Error(`${file} speaks of the modules, and is there without them`);
    }
  }
}
