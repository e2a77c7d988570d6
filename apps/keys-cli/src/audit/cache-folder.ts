import { createHash } from "node:crypto";
import { isAbsolute, join } from "node:path";
import type { Terminal } from "../terminal/terminal.ts";

/**
 * Where results of a folder are kept for the next run: in the user's own cache, never in the audited tree. Null when the
 * environment names no home.
 */
export function cacheFolder(root: string, env: Terminal["env"], platform: NodeJS.Platform): string | null {
  const base = cacheHome(env, platform);
  if (base === null) return null;
  return join(base, "keys-audit", createHash("sha256").update(root).digest("hex").slice(0, 24));
}

function cacheHome(env: Terminal["env"], platform: NodeJS.Platform): string | null {
  const own = env["XDG_CACHE_HOME"];
  if (own !== undefined && isAbsolute(own)) return own; // a relative one is to be ignored (XDG Base Directory)
  const home = env["HOME"];
  if (platform === "win32") return env["LOCALAPPDATA"] ?? null;
  if (home === undefined || !isAbsolute(home)) return null;
  return platform === "darwin" ? join(home, "Library/Caches") : join(home, ".cache");
}
