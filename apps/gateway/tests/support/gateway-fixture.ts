import { randomBytes, randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testDatabase, type OrganisationFixture, type TestDatabase } from "@meterr/database/testing";
import {
  createCanary,
  createFileKeystore,
  createInstanceSigner,
  createKek,
  createToken,
  organisationKeyring,
  parseKek,
  seal,
  Secret,
  verifyOrganisationKey,
  type OrganisationKeyring,
  type Signer,
} from "@meterr/vault";
import { startGateway, type RunningGateway } from "../../src/gateway.ts";
import type { Logger } from "pino";
import { createLog } from "../../src/log.ts";
import { gatewaySettings, type GatewaySettings } from "../../src/settings.ts";
import { startSandboxProcess, type SandboxProcess } from "./sandbox-process.ts";

type PublishedKey = Awaited<ReturnType<OrganisationKeyring["make"]>>;

export interface MintOptions {
  readonly mode?: "live" | "test";
  readonly limitNanousd?: bigint;
  readonly providerSecretIds?: Partial<Record<"openai" | "anthropic" | "google", string>>;
  readonly allowedModels?: readonly string[];
  readonly allowedOrigins?: readonly string[];
  readonly expiresAt?: Date;
  /** Whose virtual key it is; default the owner. */
  readonly memberId?: string;
}

export interface Minted {
  readonly id: string;
  readonly token: string;
}

/** A gateway with everything real below it: PostgreSQL, keystore, sandbox. */
export interface GatewayFixture {
  readonly database: TestDatabase;
  readonly sandbox: SandboxProcess;
  readonly settings: GatewaySettings;
  readonly keyring: OrganisationKeyring;
  /** With settings of its own; a second gateway takes another slot. What it logs goes to `log`, or nowhere. */
  start(overrides?: Partial<GatewaySettings>, log?: Logger): Promise<{ gateway: RunningGateway; origin: string }>;
  mint(org: OrganisationFixture, options?: MintOptions): Promise<Minted>;
  /** Seals a provider secret as the dashboard would; destination "sandbox:openai" unless named. */
  sealSecret(
    org: OrganisationFixture,
    options: { provider: "openai" | "anthropic" | "google"; secret: string; destination?: string },
  ): Promise<string>;
  close(): Promise<void>;
}

export async function gatewayFixture(options: { maxStallMs?: number } = {}): Promise<GatewayFixture> {
  const home = await mkdtemp(join(tmpdir(), "mtr-gw-"));
  const [database, sandbox] = await Promise.all([testDatabase(), startSandboxProcess(options.maxStallMs)]);
  const kekText = createKek();
  const kek = parseKek(kekText);
  const keystore = await createFileKeystore(join(home, "keystore"));
  const signer = await createInstanceSigner({ kek, keystore });
  const keyring = organisationKeyring({ kek, keystore, signer });
  const instanceId = randomUUID();
  await database.pools.owner.query("insert into instance (id, kek_canary) values ($1, $2)", [
    instanceId,
    await createCanary(kek),
  ]);
  const settings = gatewaySettings.parse({
    slot: "gateway-1",
    instanceId,
    host: "127.0.0.1",
    port: 0,
    allowedHosts: [],
    database: database.settings("meterr_gateway"),
    kek: kekText.reveal(),
    keystoreDir: join(home, "keystore"),
    auditHeadsDir: join(home, "audit-heads"),
    runDir: join(home, "run"),
    sandboxOrigin: sandbox.origin,
    allowedDestinations: [],
    trustedProxies: [],
    tls: null,
    logLevel: "silent",
    // What is not about revocation must not fail because the machine was busy for a moment.
    revocationStaleAfter: 60_000,
  });
  const started: RunningGateway[] = [];
  const made = new Map<string, Promise<PublishedKey>>();
  /** Made once, however many secrets are sealed at the same time. */
  const organisationKey = (orgId: string): Promise<PublishedKey> => {
    const found = made.get(orgId) ?? keyring.make(orgId);
    made.set(orgId, found);
    return found;
  };
  let starts = 0;
  return {
    database,
    sandbox,
    settings,
    keyring,
    async start(overrides = {}, log = createLog("silent")) {
      const number = (starts += 1);
      const own = { runDir: join(home, `run${number}`), slot: `gateway-${number}` };
      const running = await startGateway({ ...settings, ...own, ...overrides }, log);
      let stopped: Promise<void> | null = null;
      // A test may stop it before the fixture does.
      const gateway: RunningGateway = { port: running.port, stop: () => (stopped ??= running.stop()) };
      started.push(gateway);
      return { gateway, origin: `http://127.0.0.1:${gateway.port}` };
    },
    mint: (org, options) => mint(org, options ?? {}),
    sealSecret: (org, options) => sealSecret(database, org, organisationKey(org.orgId), signer, options),
    async close() {
      await Promise.all(started.map((gateway) => gateway.stop()));
      await sandbox.stop();
      await database.close();
      await rm(home, { recursive: true, force: true });
    },
  };
}

async function mint(org: OrganisationFixture, options: MintOptions): Promise<Minted> {
  const id = randomUUID();
  const mode = options.mode ?? "test";
  const { token, hash, display } = createToken(mode, randomBytes);
  const member = options.memberId ?? org.members.owner.id;
  await org.arrange(async (sql) => {
    await sql.query(
      `insert into virtual_keys (org_id, id, name, mode, hash, display, member_id, created_by, allowed_models, allowed_origins, expires_at)
       values ($1, $2, 'test', $3, $4, $5, $6, $6, $7, $8, $9)`,
      [
        org.orgId,
        id,
        mode,
        hash,
        display,
        member,
        options.allowedModels ?? null,
        options.allowedOrigins ?? null,
        options.expiresAt ?? null,
      ],
    );
    for (const provider of ["openai", "anthropic", "google"] as const) {
      const secretId = options.providerSecretIds?.[provider] ?? null;
      if (secretId === null && mode === "live") continue;
      await sql.query(
        "insert into virtual_key_providers (org_id, virtual_key_id, provider, provider_secret_id) values ($1, $2, $3, $4)",
        [org.orgId, id, provider, secretId],
      );
    }
    if (options.limitNanousd !== undefined) {
      await sql.query(
        "insert into budgets (org_id, id, scope, scope_id, limit_nanousd) values ($1, $2, 'virtual_key', $3, $4)",
        [org.orgId, randomUUID(), id, options.limitNanousd.toString()],
      );
    }
  });
  return { id, token };
}

async function sealSecret(
  database: TestDatabase,
  org: OrganisationFixture,
  organisationKey: Promise<PublishedKey>,
  signer: Signer,
  options: { provider: "openai" | "anthropic" | "google"; secret: string; destination?: string },
): Promise<string> {
  const { orgId } = org;
  const published = await organisationKey;
  await database.pools.gateway.query("select meterr.publish_organisation_key($1, $2, $3, $4)", [
    orgId,
    published.id,
    JSON.stringify(published.publicJwk),
    published.signed,
  ]);
  const publicKey = await verifyOrganisationKey({
    verifier: signer.verifier,
    org: orgId,
    keyId: published.id,
    signed: published.signed,
  });
  const id = randomUUID();
  const destination = options.destination ?? `sandbox:${options.provider}`;
  const sealed = await seal({
    publicKey,
    secret: new Secret(options.secret),
    binding: { org: orgId, id, version: 1, provider: options.provider, destination, purpose: "provider-call" },
  });
  await org.arrange((sql) =>
    sql.query("select add_provider_secret($1, $2, $3, $4, $5, $6, '****', $7, $8, $9)", [
      orgId,
      id,
      options.provider,
      `secret ${id}`,
      destination,
      destination.startsWith("sandbox:"),
      org.members.owner.id,
      published.id,
      sealed,
    ]),
  );
  return id;
}
