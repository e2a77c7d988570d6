import { CliError } from "../errors.ts";
import { readPrivateFile } from "./read-private-file.ts";
import { writePrivateFile } from "./write-private-file.ts";

/** The secret the sign-in library signs its cookies with: 256 random bits, made once. */
export async function loadAuthSecret(path: string, randomBytes: (size: number) => Buffer): Promise<string> {
  const kept = (await readPrivateFile(path))?.trim();
  if (kept === undefined) {
    const value = randomBytes(32).toString("base64url");
    await writePrivateFile(path, `${value}\n`);
    return value;
  }
  // An empty or shortened secret would let anyone sign a session.
  if (kept.length < 43) {
    throw new CliError("configuration_refused", `${path} does not hold the sign-in secret.`, {
      next: "Restore it from your backup, or delete it: a new one is then made, and everybody signs in again.",
    });
  }
  return kept;
}
