import { randomBytes, randomUUID } from "node:crypto";
import {
  createInstanceSigner,
  createKek,
  memoryKeystore,
  organisationKeyring,
  parseKek,
  Secret,
} from "../src/index.ts";
import type { Binding, Kek, Keystore, OrganisationKeyring, SealingKey, Signer } from "../src/index.ts";
import { verifyOrganisationKey } from "../src/index.ts";
import { makeOrganisationKey } from "../src/organisation-key/make-organisation-key.ts";
import type { OpeningKey } from "../src/organisation-key/opening-key.ts";
import { SealingKey as SealingKeyClass } from "../src/organisation-key/sealing-key.ts";

/** A value that must never be seen again. */
export function canary(): string {
  return `sk-${randomBytes(24).toString("hex")}`;
}

export function freshKek(): Kek {
  return parseKek(createKek());
}

export function bindingFor(org: string, more: Partial<Binding> = {}): Binding {
  const destination = "https://api.provider.example/v1";
  return { org, id: randomUUID(), version: 1, provider: "openai", destination, purpose: "provider_call", ...more };
}

export interface KeyPair {
  readonly org: string;
  readonly publicKey: SealingKey;
  readonly privateKey: OpeningKey;
}

/** An organisation's key pair, unwrapped, without a keystore. */
export async function keyPair(org: string = randomUUID()): Promise<KeyPair> {
  const { openingKey } = await makeOrganisationKey(freshKek(), org, 1);
  return { org, privateKey: openingKey, publicKey: new SealingKeyClass(org, openingKey.id, openingKey.publicJwk) };
}

export interface Instance {
  readonly kek: Kek;
  readonly keystore: Keystore;
  readonly signer: Signer;
  readonly keyring: OrganisationKeyring;
  /** Makes an organisation with its first key, verified as a sealer would. */
  addOrganisation(): Promise<{ org: string; publicKey: SealingKey; signed: string }>;
}

export async function instance(keystore: Keystore = memoryKeystore(), kek: Kek = freshKek()): Promise<Instance> {
  const signer = await createInstanceSigner({ kek, keystore });
  const keyring = organisationKeyring({ kek, keystore, signer });
  return {
    kek,
    keystore,
    signer,
    keyring,
    async addOrganisation() {
      const { org, id, signed } = await keyring.make(randomUUID());
      return {
        org,
        signed,
        publicKey: await verifyOrganisationKey({ verifier: signer.verifier, org, keyId: id, signed }),
      };
    },
  };
}

export function secretOf(value: string = canary()): Secret {
  return new Secret(value);
}
