import { z } from "zod";
import { KeysError } from "../errors.ts";

export const LOCK_FILE = "keys.lock.json";

/** Relative, with `/`, and never out of the module's folder: a lock file is as trustworthy as who sent it. */
const path = z.string().regex(/^(?!.*(^|\/)\.\.?(\/|$))[^/\\\u0000][^\\\u0000]*$/);
const slug = z.string().regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/);
const hash = z.string().regex(/^[0-9a-f]{64}$/);

const lockedModule = z.strictObject({
  version: z.string(),
  /** Hash of each file as it was copied (files/hash-of.ts). */
  files: z.record(path, hash),
  /** What the module needs, and which of it `add` wrote into package.json. */
  dependencies: z.record(z.string(), z.string()),
  added_dependencies: z.record(z.string(), z.string()),
  peers: z.record(z.string(), z.string()),
  /** The exact texts `add` appended to .env.example. */
  env_example: z.array(z.string().min(1)),
});

const lockSchema = z.strictObject({
  lock_version: z.literal(1),
  /** What was not there before the first module: taken away with the last one. */
  created: z.array(z.enum([".env.example", "dependencies"])),
  modules: z.record(slug, lockedModule),
});

export type Lock = z.infer<typeof lockSchema>;
export type LockedModule = z.infer<typeof lockedModule>;

export const EMPTY_LOCK: Lock = { lock_version: 1, created: [], modules: {} };

/** Reads `keys.lock.json`. Throws KeysError `lock_invalid`. */
export function parseLock(text: string | null): Lock {
  if (text === null) return EMPTY_LOCK;
  try {
    return lockSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new KeysError("lock_invalid", `${LOCK_FILE} cannot be read.`, {
      next: "Take it from version control again. Without it nobody knows which files were edited.",
      cause,
    });
  }
}

/** Sorted, so that two branches that add different modules merge. */
export function lockText(lock: Lock): string {
  const sorted = <Value>(record: Readonly<Record<string, Value>>): Record<string, Value> =>
    Object.fromEntries(Object.entries(record).sort(([one], [other]) => (one < other ? -1 : 1)));
  const modules = Object.entries(lock.modules).map(([slug, entry]) => {
    const { version, files, dependencies, added_dependencies, peers, env_example } = entry;
    return [
      slug,
      {
        version,
        files: sorted(files),
        dependencies: sorted(dependencies),
        added_dependencies: sorted(added_dependencies),
        peers: sorted(peers),
        env_example,
      },
    ] as const;
  });
  const whole = { lock_version: 1, created: [...lock.created].sort(), modules: sorted(Object.fromEntries(modules)) };
  return `${JSON.stringify(whole, null, 2)}\n`;
}
