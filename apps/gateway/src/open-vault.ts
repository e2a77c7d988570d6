import {
  openFileKeystore,
  openInstanceSigner,
  organisationKeyring,
  parseKek,
  Secret,
  verifyCanary,
  type OrganisationKeyring,
  type Signer,
} from "@meterr/vault";
import type { Pool } from "pg";
import type { GatewaySettings } from "./settings.ts";

/** The instance's database does not say which KEK belongs to it. */
export class InstanceError extends Error {
  override readonly name = "InstanceError";
  readonly code = "instance_not_set_up";
}

/**
 * Opens what only this process may: KEK, keystore and signing key. Rejects with VaultError `kek_refused`,
 * `keystore_missing`, … or InstanceError; nothing is served then.
 */
export async function openVault(
  pool: Pool,
  settings: Pick<GatewaySettings, "kek" | "keystoreDir" | "instanceId">,
): Promise<{ keyring: OrganisationKeyring; signer: Signer }> {
  const kek = parseKek(new Secret(settings.kek));
  const answer = await pool.query<{ kek_canary: string | null }>(
    "select kek_canary from meterr.instance where id = $1",
    [settings.instanceId],
  );
  const canary = answer.rows[0]?.kek_canary ?? null;
  if (canary === null) {
    throw new InstanceError("the database belongs to no instance, or to another one; start it with `npx meterr up`");
  }
  await verifyCanary(kek, canary);
  const keystore = await openFileKeystore(settings.keystoreDir);
  const signer = await openInstanceSigner({ kek, keystore });
  return { keyring: organisationKeyring({ kek, keystore, signer }), signer };
}
