import { existsSync } from "node:fs";
import path from "node:path";

const ROOT = path.join(import.meta.dirname, "../../..");

/** Whether the host has its modules (the default), or is as it is without any. */
export const MOUNTED = process.env["EXAMPLE_MODE"] !== "bare";

export interface HostFolder {
  readonly folder: string;
  /** What `node` is started with: the built application where there is one. */
  readonly main: string;
  /** Where the SQL of a module lies: with the copy that `keys add` made, else in this repository. */
  migrationsOf(slug: string): string;
  /** The same of the runtime's own tables: what was claimed, and what is repeated. */
  readonly claims: string;
  readonly idempotency: string;
}

/** The example as it lies here, or the copy of it that `npm run test:hosts` has built (EXAMPLE_FOLDER). */
export function hostFolder(name: string): HostFolder {
  const folder = process.env["EXAMPLE_FOLDER"] ?? path.join(ROOT, "examples", name);
  const built = path.join(folder, "dist/main.js");
  const installed = path.join(folder, "node_modules/@meterr/runtime");
  const runtime = path.join(existsSync(installed) ? installed : path.join(ROOT, "packages/runtime"), "migrations");
  return {
    folder,
    main: existsSync(built) ? built : path.join(folder, "src/main.ts"),
    migrationsOf(slug) {
      const copied = path.join(folder, "modules", slug, "migrations");
      return existsSync(copied) ? copied : path.join(ROOT, "modules", slug, "migrations");
    },
    claims: path.join(runtime, "webhook-claims"),
    idempotency: path.join(runtime, "idempotency-keys"),
  };
}
