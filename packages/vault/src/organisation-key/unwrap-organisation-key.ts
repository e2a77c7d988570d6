import type { Kek } from "../kek.ts";
import { unwrapPrivateKey } from "../wrapped-private-key.ts";
import { OpeningKey } from "./opening-key.ts";

/** @throws VaultError `open_failed` unless the record is this organisation's private key of this id under this KEK */
export async function unwrapOrganisationKey(kek: Kek, org: string, id: string, wrapped: string): Promise<OpeningKey> {
  return new OpeningKey(org, id, await unwrapPrivateKey(kek, { owner: org, id }, wrapped));
}
