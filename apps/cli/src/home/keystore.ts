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
import type { Account } from "../separation/accounts.ts";
import { asAccount } from "../separation/as-account.ts";
import { giveFolder } from "../separation/give.ts";

/** Where the keystore lies, and whose it is: the vault opens none but its own user's. Undefined: ours. */
export interface KeystorePlace {
  directory: string;
  account: Account | undefined;
}

/**
 * Makes the keystore with the instance's signing key, or takes up one that a start cut short had begun.
 * @returns the canary record by which this KEK is known from now on.
 */
export async function makeKeystore({ directory, account }: KeystorePlace, kekValue: string): Promise<string> {
  const kek = parseKek(new Secret(kekValue));
  if (account !== undefined) await giveFolder(directory, account, 0o700);
  await asAccount(account, async () => {
    const keystore = await createFileKeystore(directory);
    try {
      await openInstanceSigner({ kek, keystore });
    } catch (error) {
      if (!(error instanceof VaultError) || error.code !== "keystore_missing") throw refusal(error, directory);
      await createInstanceSigner({ kek, keystore });
    }
  });
  return createCanary(kek);
}

/**
 * Checks that KEK and keystore are those of the instance, before any process is started with them.
 * @throws CliError `kek_refused`, `keystore_missing`
 */
export async function checkKeystore(
  { directory, account }: KeystorePlace,
  kekValue: string,
  canary: string,
): Promise<void> {
  try {
    const kek = parseKek(new Secret(kekValue));
    await verifyCanary(kek, canary);
    await asAccount(account, async () => openInstanceSigner({ kek, keystore: await openFileKeystore(directory) }));
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
