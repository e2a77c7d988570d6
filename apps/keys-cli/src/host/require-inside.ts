import { lstatSync, realpathSync } from "node:fs";
import { join, sep } from "node:path";
import { KeysError } from "../errors.ts";

/**
 * Where a path of the host really is, absolute. The path need not exist yet.
 * Throws KeysError `outside_host` when a symbolic link on the way leads out of the host: what lies there is not the
 * host's to change.
 */
export function requireInside(root: string, path: string): string {
  let real = root;
  for (const part of path.split("/")) {
    if (part === "" || part === "." || part === "..") throw outside(path);
    real = join(real, part);
    const found = lstatSync(real, { throwIfNoEntry: false });
    if (!found?.isSymbolicLink()) continue;
    try {
      real = realpathSync(real);
    } catch (cause) {
      throw outside(path, cause);
    }
    if (real !== root && !real.startsWith(`${root}${sep}`)) throw outside(path);
  }
  return real;
}

function outside(path: string, cause?: unknown): KeysError {
  return new KeysError("outside_host", `${path} is a symbolic link that leads out of the application.`, {
    next: "Replace the link with a folder or file of the application itself, or run the command where it leads to.",
    cause,
  });
}
