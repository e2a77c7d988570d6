import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

const LOCK_FILES = {
  "pnpm-lock.yaml": "pnpm",
  "yarn.lock": "yarn",
  "bun.lock": "bun",
  "bun.lockb": "bun",
  "package-lock.json": "npm",
} as const;

type Manager = (typeof LOCK_FILES)[keyof typeof LOCK_FILES];

const COMMANDS: Readonly<Record<Manager, { all: string; add: string }>> = {
  npm: { all: "npm install", add: "npm install" },
  pnpm: { all: "pnpm install", add: "pnpm add" },
  yarn: { all: "yarn install", add: "yarn add" },
  bun: { all: "bun install", add: "bun add" },
};

/** By the `packageManager` field, else by the nearest lock file, which in a monorepo lies above the host. */
export function installCommands(root: string, declared: string | undefined): { all: string; add: string } {
  const name = declared?.split("@")[0] ?? "";
  if (Object.hasOwn(COMMANDS, name)) return COMMANDS[name as Manager];
  for (let folder = root; ; folder = dirname(folder)) {
    for (const [file, manager] of Object.entries(LOCK_FILES)) {
      if (existsSync(join(folder, file))) return COMMANDS[manager];
    }
    if (dirname(folder) === folder) return COMMANDS.npm;
  }
}
