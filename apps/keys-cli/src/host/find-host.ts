import { existsSync, readFileSync, realpathSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { z } from "zod";
import { KeysError } from "../errors.ts";
import { frameworkOf } from "./framework.ts";
import type { Host } from "./host.ts";
import { installCommands } from "./install-commands.ts";
import { requireInside } from "./require-inside.ts";

const ranges = z.record(z.string(), z.string()).default({});

const packageSchema = z.object({
  name: z.string().nullable().default(null),
  type: z.string().optional(),
  packageManager: z.string().optional(),
  workspaces: z.unknown().optional(),
  dependencies: ranges,
  devDependencies: ranges,
  peerDependencies: ranges,
  optionalDependencies: ranges,
  imports: z.record(z.string(), z.unknown()).default({}),
});

/**
 * The host of a folder: the nearest package.json at or above it.
 * Throws KeysError `host_missing` when there is none, `host_invalid` when it cannot be read, `outside_host` when it is a
 * link that leads away.
 */
export function findHost(cwd: string, folder: string | undefined): Host {
  const from = resolve(cwd, folder ?? ".");
  if (!existsSync(from) || !statSync(from).isDirectory()) {
    throw new KeysError("host_missing", `There is no folder ${from}.`, { next: "Name another with --cwd." });
  }
  const root = nearest(realpathSync(from));
  if (root === null) {
    throw new KeysError("host_missing", `There is no package.json in ${from} or above it.`, {
      next: "Run the command in your application, or name its folder with --cwd.",
    });
  }
  requireInside(root, "package.json");
  const packageText = readFileSync(join(root, "package.json"), "utf8");
  const own = parsePackage(packageText);
  const typescript =
    existsSync(join(root, "tsconfig.json")) ||
    { ...own.dependencies, ...own.devDependencies }["typescript"] !== undefined;
  const framework = frameworkOf(root, { ...own.devDependencies, ...own.dependencies });
  return {
    root,
    packageText,
    package: own,
    framework,
    typescript,
    esm: own.type === "module" || typescript || framework.startsWith("next"),
    install: installCommands(root, own.packageManager),
    workspaceRoot: own.workspaces !== undefined || existsSync(join(root, "pnpm-workspace.yaml")),
  };
}

function nearest(folder: string): string | null {
  if (existsSync(join(folder, "package.json"))) return folder;
  const above = dirname(folder);
  return above === folder ? null : nearest(above);
}

function parsePackage(text: string): z.infer<typeof packageSchema> {
  try {
    return packageSchema.parse(JSON.parse(text.replace(/^\uFEFF/, "")));
  } catch (cause) {
    throw new KeysError("host_invalid", "package.json is not a valid package.json.", {
      next: "Correct it first: nothing is changed in a package.json that cannot be read.",
      cause,
    });
  }
}
