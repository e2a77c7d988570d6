import { realpathSync } from "node:fs";
import { dirname, isAbsolute, join, relative, sep } from "node:path";
import { CliError } from "../errors.ts";

export interface HomeSurroundings {
  env: Readonly<Record<string, string | undefined>>;
  /** Effective user id; undefined where the platform has none. */
  uid: number | undefined;
  platform: NodeJS.Platform;
  userHome: string;
  /** The folder of the source tree this command runs from. */
  checkout: string;
}

/** A Unix socket path holds 107 bytes (unix(7)); the longest name below the home needs 32 of them. */
const longestHome = 75;

/**
 * Where this machine's data lives: METERR_HOME, else `/var/lib/meterr` for root, else the user's
 * data folder (XDG Base Directory specification; `~/Library/Application Support` on macOS).
 * @throws CliError `home_refused` for a relative path, a path in, at or around the checkout, or too long a one.
 */
export function resolveHome(around: HomeSurroundings): string {
  const home = around.env["METERR_HOME"] || defaultHome(around);
  const mend = "Set METERR_HOME to a folder of its own outside the source tree, for example ~/.local/share/meterr.";
  if (!isAbsolute(home))
    throw new CliError("home_refused", `METERR_HOME must be an absolute path, not ${home}.`, { next: mend });
  const real = realPathOf(home);
  const checkout = realPathOf(around.checkout);
  if (contains(checkout, real)) {
    throw new CliError(
      "home_refused",
      `The data folder ${home} lies inside the source tree ${around.checkout}, where a commit could publish it.`,
      { next: mend },
    );
  }
  if (contains(real, checkout) || real === realPathOf(around.userHome)) {
    throw new CliError(
      "home_refused",
      `The data folder ${home} holds other things than Meterr's data, and its permissions would be narrowed.`,
      { next: mend },
    );
  }
  if (around.platform !== "win32" && Buffer.byteLength(real) > longestHome) {
    throw new CliError(
      "home_refused",
      `The data folder ${home} has a path longer than ${longestHome} bytes, too long for the sockets inside it.`,
      {
        next: "Set METERR_HOME to a shorter path.",
      },
    );
  }
  return real;
}

function defaultHome({ env, uid, platform, userHome }: HomeSurroundings): string {
  if (uid === 0) return "/var/lib/meterr";
  if (platform === "darwin") return join(userHome, "Library", "Application Support", "meterr");
  if (platform === "win32") return join(env["LOCALAPPDATA"] || join(userHome, "AppData", "Local"), "meterr");
  const xdg = env["XDG_DATA_HOME"];
  // "All paths set in these environment variables must be absolute … otherwise ignored" (XDG Base Directory 0.8).
  return join(xdg && isAbsolute(xdg) ? xdg : join(userHome, ".local", "share"), "meterr");
}

/** The real path, with the part that does not exist yet appended unchanged. */
function realPathOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(realPathOf(parent), path.slice(parent.length).replaceAll(sep, "/"));
  }
}

function contains(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way === "" || (way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}
