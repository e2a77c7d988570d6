import {
  createCanary,
  createFileKeystore,
  createInstanceSigner,
  openFileKeystore,
  openInstanceSigner,
  parseKek,
  Secret,
  VaultError,
  verifyCanary,
} from "@meterr/vault";
import { CliError } from "../errors.ts";

/**
 * Makes the keystore with the instance's signing key, or takes up one that a start cut short had begun.
 * @returns the canary record by which this KEK is known from now on.
 */
export async function makeKeystore(directory: string, kekValue: string): Promise<string> {
  const kek = parseKek(new Secret(kekValue));
  const keystore = await createFileKeystore(directory);
  try {
    await openInstanceSigner({ kek, keystore });
  } catch (error) {
    if (!(error instanceof VaultError) || error.code !== "keystore_missing") throw refusal(error, directory);
    await createInstanceSigner({ kek, keystore });
  }
  return createCanary(kek);
}

/**
 * Checks that KEK and keystore are those of the instance, before any process is started with them.
 * @throws CliError `kek_refused`, `keystore_missing`
 */
export async function checkKeystore(directory: string, kekValue: string, canary: string): Promise<void> {
  try {
    const kek = parseKek(new Secret(kekValue));
    await verifyCanary(kek, canary);
    await openInstanceSigner({ kek, keystore: await openFileKeystore(directory) });
  } catch (error) {
    throw refusal(error, directory);
  }
}

function refusal(error: unknown, directory: string): unknown {
  if (!(error instanceof VaultError)) return error;
  if (error.code === "kek_refused" || error.code === "open_failed") {
    return new CliError("kek_refused", "This KEK is not the one this instance was set up with.", {
      next: "Put back the KEK from your backup. No other can open what was sealed.",
    });
  }
  return new CliError("keystore_missing", `The keystore ${directory} cannot be used: ${error.message}`, {
    next: "Restore the folder from its backup, readable by its owner alone.",
  });
}
