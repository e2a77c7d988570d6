import { statfs } from "node:fs/promises";
import { dirname } from "node:path";
import type { HomeSurroundings } from "../settings/resolve-home.ts";
import { ok, problem, type Finding } from "./finding.ts";
import type { Patient } from "./patient.ts";

/** The Node this release is made for; the launcher and npm bring it along. */
const nodeMajor = 26;
/** Bytes: PostgreSQL stops when it cannot write its log, so a warning must come well before. */
const leastDisk = 1024 ** 3;

export function checkNode(version: string): Finding {
  if (Number(/^v(\d+)\./.exec(version)?.[1]) >= nodeMajor) return ok("node", version);
  return problem(
    "node",
    `${version} runs this command`,
    `Start it with npm start or the meterr launcher, which bring Node ${nodeMajor}.`,
  );
}

export function checkPlatform(
  { platform }: Pick<HomeSurroundings, "platform">,
  arch: string,
  ownDatabase: boolean,
): Finding {
  const name = `${platform} ${arch}`;
  const known = (platform === "linux" || platform === "darwin") && (arch === "x64" || arch === "arm64");
  if (known || (platform === "win32" && ownDatabase)) return ok("platform", name);
  return problem(
    "platform",
    `${name} has no embedded PostgreSQL`,
    "Set METERR_DATABASE_URL to a PostgreSQL 15 or newer.",
  );
}

export async function checkDisk({ paths }: Pick<Patient, "paths">): Promise<Finding> {
  for (let folder = paths.home; ; folder = dirname(folder)) {
    const found = await statfs(folder).catch(() => undefined);
    if (found === undefined && folder !== dirname(folder)) continue;
    if (found === undefined)
      return problem("disk", "the free space cannot be told", `Check the file system of ${paths.home}.`);
    const free = found.bavail * found.bsize;
    const shown = `${(free / 1024 ** 3).toFixed(1)} GiB free`;
    return free >= leastDisk
      ? ok("disk", shown)
      : problem("disk", shown, `Free at least 1 GiB on the disk of ${paths.home}.`);
  }
}
