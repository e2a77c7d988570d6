import { randomBytes, randomUUID } from "node:crypto";
import {
  type Answer,
  type Ask,
  type Caller,
  openTestHost,
  type OrganisationFixture,
  type TestHost,
} from "@meterr/database/testing";
import { mount, type Mounted } from "@meterr/runtime";
import {
  createInstanceSigner,
  createKek,
  memoryKeystore,
  organisationKeyring,
  parseKek,
  verifyOrganisationKey,
  type OrganisationKeyring,
} from "@meterr/vault";
import { createProviderSecrets } from "../../src/index.ts";

export const SECRETS = "/api/v1/provider-secrets";

/** The module with a real key service behind it, in memory: keys are made, signed, published and verified. */
export interface World extends TestHost {
  readonly routes: Mounted;
  readonly keyring: OrganisationKeyring;
  /** While true, the key service does not answer. */
  keyServiceBroken: boolean;
  call(method: string, path: string, ask?: Ask): Promise<Answer>;
  /** Seals one over the route and answers its item. */
  sealOne(as?: Caller, more?: Record<string, unknown>): Promise<{ id: string; name: string }>;
  /** Sealed versions as they lie in the database. */
  versions(org: OrganisationFixture, id: string): Promise<{ version: number; sealed: string; key: string }[]>;
}

export async function openWorld(): Promise<World> {
  const base = await openTestHost();
  const kek = parseKek(createKek());
  const keystore = memoryKeystore();
  const signer = await createInstanceSigner({ kek, keystore });
  const keyring = organisationKeyring({ kek, keystore, signer });

  const sealingKey = async (org: string) => {
    if (world.keyServiceBroken) throw new Error("planted fault: key service");
    const key = (await keyring.current(org)) ?? (await keyring.make(org));
    await base.db.pools.gateway.query("select publish_organisation_key($1, $2, $3, $4)", [
      org,
      key.id,
      key.publicJwk,
      key.signed,
    ]);
    return verifyOrganisationKey({ verifier: signer.verifier, org, keyId: key.id, signed: key.signed });
  };
  const destination = (provider: string, requested: string | null, sandbox: boolean): string | null => {
    if (sandbox) return requested === null ? `sandbox:${provider}` : null;
    return requested === null || requested === "https://proxy.example.test/v1" ? (requested ?? OWN) : null;
  };
  const module = createProviderSecrets({
    host: base.host,
    auth: base.auth,
    newId: randomUUID,
    organisationKeys: { currentSealingKey: sealingKey },
    destinations: { destinationFor: destination },
  });
  const world: World = Object.assign(base, {
    routes: mount(module.routes),
    keyring,
    keyServiceBroken: false,
    call: (method: string, path: string, ask?: Ask) => base.send(world.routes, base.request(method, path, ask)),
    async sealOne(as: Caller = { org: base.one, role: "owner" }, more: Record<string, unknown> = {}) {
      const body = { provider: "openai", name: nameForTest(), secret: secretForTest(), ...more };
      const answer = await world.call("POST", SECRETS, { as, body });
      if (answer.status !== 201) throw new Error(`sealing answered ${answer.status} ${answer.text}`);
      return answer.body;
    },
    versions: (org: OrganisationFixture, id: string) =>
      org.arrange(async (sql) => {
        const { rows } = await sql.query<{ version: number; sealed: string; key: string }>(
          `select version, sealed, organisation_key_id as key from provider_secret_versions
           where org_id = $1 and provider_secret_id = $2 order by version`,
          [org.orgId, id],
        );
        return rows;
      }),
  });
  return world;
}

export const OWN = "https://api.provider.example.test/v1";

export const nameForTest = (): string => `secret ${randomBytes(6).toString("hex")}`;

/** A fresh canary, with what escapes differently in URLs, JSON and SQL. */
export const secretForTest = (): string =>
  `sk-${randomBytes(20).toString("hex")}"\\/+%'&<${randomBytes(4).toString("hex")}`;
