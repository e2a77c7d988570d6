import type { OrganisationKeyring, PublishedKey } from "@meterr/vault";
import type { Pool } from "pg";

/**
 * What the key service does for others: a closed list, none of which returns a secret.
 * Making and rotating happen here alone; the database only ever receives what was signed.
 */
export interface KeyServiceOperations {
  /** The organisation's current public key, made and published when there is none. Null: no such organisation. */
  currentOrganisationKey(orgId: string): Promise<PublishedKey | null>;
  /** A newer key for what is sealed from now on; older ones still open. Null: no such organisation. */
  rotateOrganisationKey(orgId: string): Promise<PublishedKey | null>;
}

export function keyServiceOperations(pool: Pool, keyring: OrganisationKeyring): KeyServiceOperations {
  // One at a time for each organisation: two first calls must not make two keys.
  const underWay = new Map<string, Promise<PublishedKey | null>>();
  const alone = (orgId: string, work: () => Promise<PublishedKey | null>): Promise<PublishedKey | null> => {
    const before = underWay.get(orgId) ?? Promise.resolve(null);
    const next = before.catch(() => null).then(work);
    underWay.set(orgId, next);
    const done = (): void => {
      if (underWay.get(orgId) === next) underWay.delete(orgId);
    };
    next.then(done, done);
    return next;
  };

  const publishedId = async (orgId: string): Promise<string | null | undefined> => {
    const answer = await pool.query<{ id: string | null }>("select id from meterr.current_organisation_key($1)", [
      orgId,
    ]);
    return answer.rows[0]?.id;
  };
  const publish = async (key: PublishedKey): Promise<PublishedKey> => {
    await pool.query("select meterr.publish_organisation_key($1, $2, $3, $4)", [
      key.org,
      key.id,
      JSON.stringify(key.publicJwk),
      key.signed,
    ]);
    return key;
  };

  return {
    currentOrganisationKey: (orgId) =>
      alone(orgId, async () => {
        const published = await publishedId(orgId);
        if (published === undefined) return null;
        // The keystore decides: a key made just before a crash is published now, not made again.
        const key = (await keyring.current(orgId)) ?? (await keyring.make(orgId));
        return key.id === published ? key : publish(key);
      }),
    rotateOrganisationKey: (orgId) =>
      alone(orgId, async () =>
        (await publishedId(orgId)) === undefined ? null : publish(await keyring.rotate(orgId)),
      ),
  };
}
