import { rm } from "node:fs/promises";
import { createInstance, readInstance, setSetupToken } from "../database/instance.ts";
import type { OwnerPool } from "../database/prepare-database.ts";
import { CliError } from "../errors.ts";
import { keystoreExists, loadKek, type Kek } from "../home/kek.ts";
import { checkKeystore, makeKeystore } from "../home/keystore.ts";
import { readMarker, writeMarker } from "../home/marker.ts";
import type { HomePaths } from "../home/paths.ts";
import { writePrivateFile } from "../home/write-private-file.ts";
import type { Account } from "../separation/accounts.ts";
import type { ServerSettings } from "../settings/server-settings.ts";

export interface OpenedInstance {
  id: string;
  kek: Kek;
  /** Lets the first owner in; null once there is one. */
  setupToken: string | null;
}

export interface Opening {
  settings: ServerSettings;
  paths: HomePaths;
  random: Randomness;
  /** Whose the keystore is; undefined: ours. */
  keystoreAccount: Account | undefined;
}

export interface Randomness {
  randomBytes: (size: number) => Buffer;
  randomUUID: () => string;
}

/**
 * Brings home and database together: the same instance, its KEK and its keystore, or, when neither
 * knows of one yet, a new instance. KEK and keystore come before the row, so that a row means both exist.
 * @throws CliError `kek_refused`, `keystore_missing`, `not_our_database`; nothing is made then.
 */
export async function openInstance(owner: OwnerPool, opening: Opening): Promise<OpenedInstance> {
  const { settings, paths, random, keystoreAccount } = opening;
  const keystore = { directory: paths.keystore, account: keystoreAccount };
  const [known, found] = [await readMarker(paths.marker), await readInstance(owner)];
  if (known && found === null) {
    throw new CliError(
      "not_our_database",
      `The database is empty, but ${paths.home} belongs to the instance ${known}.`,
      {
        next: "Restore the database from its backup, or set METERR_HOME to an empty folder to begin anew.",
      },
    );
  }
  if (known && found !== null && known !== found.id) {
    throw new CliError(
      "not_our_database",
      `The database belongs to the instance ${found.id}, but ${paths.home} to ${known}.`,
      {
        next: "Correct METERR_DATABASE_URL or METERR_HOME: the two must belong together.",
      },
    );
  }
  const kek = await loadKek({
    settings,
    paths,
    mayMake: found === null && !(await keystoreExists(paths)),
    randomBytes: random.randomBytes,
  });
  if (found !== null && !(await keystoreExists(paths))) {
    throw new CliError(
      "keystore_missing",
      `The keystore of this instance is missing: ${paths.keystore} does not exist.`,
      {
        next: "Restore the folder from its backup. Without it nothing that was sealed can be opened, so no new one is made.",
      },
    );
  }
  if (found !== null) await checkKeystore(keystore, kek.value, found.kekCanary ?? "");
  const instance = found ?? (await createInstance(owner, random.randomUUID(), await makeKeystore(keystore, kek.value)));
  if (known !== instance.id) await writeMarker(paths.marker, instance.id);
  return { id: instance.id, kek, setupToken: await renewSetupToken(owner, paths, random) };
}

/** A new token at every start while nobody owns the instance; those printed before no longer work. */
async function renewSetupToken(owner: OwnerPool, paths: HomePaths, random: Randomness): Promise<string | null> {
  const token = random.randomBytes(32).toString("base64url");
  if (await setSetupToken(owner, token)) {
    await writePrivateFile(paths.setupToken, `${token}\n`);
    return token;
  }
  await rm(paths.setupToken, { force: true });
  return null;
}
