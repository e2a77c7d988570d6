import { execFile } from "node:child_process";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** As npm would: the tarball's one folder `package` becomes the installed package. */
export async function installRuntime(tarball: string, host: string): Promise<void> {
  const folder = path.join(host, "node_modules/@meterr/runtime");
  await mkdir(folder, { recursive: true });
  await run("tar", ["-xzf", tarball, "--strip-components=1", "-C", folder]);
}
