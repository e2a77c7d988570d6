import { UUID } from "./binding.ts";
import type { ExpectedBinding } from "./binding.ts";
import { readProtectedHeader } from "./jwe/protected-header.ts";
import type { Signer } from "./jws/signer.ts";
import type { Kek } from "./kek.ts";
import { alreadyThere } from "./keystore/keystore.ts";
import type { Keystore } from "./keystore/keystore.ts";
import { openSealed } from "./open.ts";
import type { Opened } from "./open.ts";
import { makeOrganisationKey } from "./organisation-key/make-organisation-key.ts";
import type { OpeningKey } from "./organisation-key/opening-key.ts";
import { generationOf } from "./organisation-key/organisation-key-id.ts";
import type { X25519PublicJwk } from "./organisation-key/public-jwk.ts";
import { signOrganisationKey } from "./organisation-key/sign-organisation-key.ts";
import { unwrapOrganisationKey } from "./organisation-key/unwrap-organisation-key.ts";
import { openFailed } from "./vault-error.ts";

/** A row of `organisation_keys`: everything in it is public. */
export interface PublishedKey {
  readonly org: string;
  readonly id: string;
  readonly publicJwk: X25519PublicJwk;
  /** Compact JWS of the instance over org, id and publicJwk. */
  readonly signed: string;
}

/**
 * An organisation's keys, as the key service sees them:
 * none → (`make`) → one → (`rotate`) → several, all of which open → (`erase`) → none, for good.
 *
 * Every method may throw VaultError `keystore_unavailable` or `keystore_insecure`.
 */
export interface OrganisationKeyring {
  /** The first key: made, wrapped, in the keystore, signed. @throws VaultError `keystore_exists` when there is one */
  make(org: string): Promise<PublishedKey>;
  /** The newest key, or null: so that one made before a crash is published and not made again. @throws VaultError `open_failed` */
  current(org: string): Promise<PublishedKey | null>;
  /** A newer key beside the others, which still open what was sealed to them. */
  rotate(org: string): Promise<PublishedKey>;
  /** Opens with the key the sealed value names. @throws VaultError `open_failed`, also when that key was erased */
  open(input: { readonly sealed: string; readonly expected: ExpectedBinding }): Promise<Opened>;
  /** Erases every key of the organisation, in the keystore and here. Other processes must `forget`. */
  erase(org: string): Promise<void>;
  /** Drops the unwrapped keys held in this process. */
  forget(org: string): void;
}

/** Unwrapped keys held at most; about 2 KB each. One more costs a file read and 0.3 ms. */
const MAX_HELD = 10_000;

export function organisationKeyring(input: {
  readonly kek: Kek;
  readonly keystore: Keystore;
  readonly signer: Signer;
}): OrganisationKeyring {
  const { kek, keystore, signer } = input;
  const held = new Map<string, Promise<OpeningKey>>();

  const hold = (org: string, id: string, key: Promise<OpeningKey>): Promise<OpeningKey> => {
    const name = `${org}/${id}`;
    held.delete(name);
    held.set(name, key); // the newest stands last
    key.catch(() => {
      if (held.get(name) === key) held.delete(name); // a failure is tried again
    });
    const [oldest] = held.keys();
    if (held.size > MAX_HELD && oldest !== undefined) held.delete(oldest);
    return key;
  };

  const unwrap = async (org: string, id: string): Promise<OpeningKey> => {
    const wrapped = await keystore.get(org, id);
    if (wrapped === null) throw openFailed();
    return unwrapOrganisationKey(kek, org, id, wrapped);
  };

  const load = (org: string, id: string): Promise<OpeningKey> =>
    hold(org, id, held.get(`${org}/${id}`) ?? unwrap(org, id));

  const publish = async (key: OpeningKey): Promise<PublishedKey> => {
    const { org, id, publicJwk } = key;
    return { org, id, publicJwk, signed: await signOrganisationKey({ signer, org, keyId: id, publicJwk }) };
  };

  const newest = async (org: string): Promise<string | undefined> =>
    (await keystore.list(org)).findLast((id) => generationOf(id) !== null);

  const add = async (org: string, generation: number): Promise<PublishedKey> => {
    const { openingKey, wrapped } = await makeOrganisationKey(kek, org, generation);
    await keystore.put(org, openingKey.id, wrapped);
    await hold(org, openingKey.id, Promise.resolve(openingKey));
    return publish(openingKey);
  };

  const forget = (org: string): void => {
    for (const name of held.keys()) if (name.startsWith(`${org}/`)) held.delete(name);
  };

  return {
    forget,
    async make(org) {
      if ((await newest(org)) !== undefined) throw alreadyThere();
      return add(org, 1);
    },
    async current(org) {
      const id = await newest(org);
      return id === undefined ? null : publish(await load(org, id));
    },
    async rotate(org) {
      return add(org, (generationOf((await newest(org)) ?? "") ?? 0) + 1);
    },
    async open({ sealed, expected }) {
      const keyId = readProtectedHeader(sealed)["kid"];
      if (typeof keyId !== "string" || generationOf(keyId) === null || !UUID.test(expected.org)) throw openFailed();
      return openSealed({ privateKey: await load(expected.org, keyId), sealed, expected });
    },
    async erase(org) {
      await keystore.remove(org);
      forget(org);
    },
  };
}
