import { randomBytes, randomUUID } from "node:crypto";
import { withTenant } from "@meterr/database";
import {
  testDatabase,
  type MemberFixture,
  type OrganisationFixture,
  type TestDatabase,
} from "@meterr/database/testing";
import { apiTokenAuthenticator, createIdentity, type Identity } from "@meterr/identity";
import { quickPasswords } from "@meterr/identity/testing";
import {
  anyOf,
  memoryRateLimiter,
  mount,
  type AuditEntry,
  type Mounted,
  type RateLimiter,
  type RuntimeHost,
  type Sql,
} from "@meterr/runtime";
import { createToken, hashToken } from "@meterr/vault";
import { createMembers, findApiToken, membershipsOf, type Users } from "../../src/index.ts";

export const ORIGIN = "https://meterr.example.test";

/** The module as a host mounts it: real database, real identity, real authenticators. The audit log is a list. */
export interface World {
  readonly database: TestDatabase;
  readonly identity: Identity;
  readonly routes: Mounted;
  readonly audits: (AuditEntry & { tenantId: string })[];
  /** While set, the audit log takes nothing. */
  auditBroken: boolean;
  /** A mounted module with another part. */
  mounted(parts: { users?: Partial<Users>; limiter?: RateLimiter; lookup?: Sql }): Mounted;
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
  /** An API token of a member. */
  tokenOf(organisation: OrganisationFixture, member: MemberFixture): Promise<string>;
  /** A member of a fixture with an account, signed in. */
  signIn(email: string, password: string): Promise<string>;
  close(): Promise<void>;
}

export interface CallOptions {
  /** An API token or a JWT. */
  readonly token?: string;
  readonly cookie?: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  readonly on?: Mounted;
}

export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly text: string;
  readonly headers: Headers;
}

/** Lets everything pass: the limits have a test of their own. */
const unlimited: RateLimiter = {
  consume: async (_bucket, _cost, rule) => ({
    allowed: true,
    retryAfterSeconds: 0,
    remaining: rule.points,
    limit: rule.points,
  }),
};

export async function openWorld(): Promise<World> {
  const database = await testDatabase();
  const { dashboard } = database.pools;
  const lookup = {
    query: <Row>(text: string, values?: readonly unknown[]) =>
      dashboard.query(text, values === undefined ? undefined : [...values]) as unknown as Promise<{
        rows: Row[];
        rowCount: number | null;
      }>,
  };
  const identity = await createIdentity({
    pool: database.pools.identity,
    baseUrl: ORIGIN,
    secret: randomBytes(32).toString("base64url"),
    clock: () => new Date(),
    trustedOrigins: [],
    memberships: membershipsOf(lookup),
    secureCookies: false,
    clientAddress: () => "192.0.2.1",
    passwords: quickPasswords,
  });
  const audits: World["audits"] = [];
  const host: RuntimeHost = {
    withTenant: (tenant, fn) => withTenant(dashboard, tenant, fn),
    limiter: unlimited,
    now: () => new Date(),
    async audit(_sql, tenant, entry) {
      if (world.auditBroken) throw new Error("planted fault: audit");
      audits.push({ ...entry, tenantId: tenant.id });
    },
    report: () => undefined,
    clientAddress: () => "192.0.2.1",
    allowedOrigins: [ORIGIN],
  };
  const auth = anyOf(
    identity.sessionAuthenticator,
    identity.jwtAuthenticator,
    apiTokenAuthenticator({ find: findApiToken(lookup) }),
  );
  const mounted: World["mounted"] = ({ users, limiter, lookup: otherLookup }) =>
    mount(
      createMembers({
        host: { ...host, limiter: limiter ?? host.limiter },
        auth,
        lookup: otherLookup ?? lookup,
        users: { ...identity, ...users },
        newId: randomUUID,
        randomBytes,
      }).routes,
    );
  const world: World = {
    database,
    identity,
    routes: mounted({}),
    audits,
    auditBroken: false,
    mounted,
    async call(method, path, { token, cookie, body, headers, on } = {}) {
      const request = new Request(`${ORIGIN}${path}`, {
        method,
        headers: {
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(cookie === undefined ? {} : { cookie, origin: ORIGIN }),
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const response = await (on ?? world.routes)(request);
      const text = await response.text();
      return { status: response.status, text, body: text === "" ? {} : JSON.parse(text), headers: response.headers };
    },
    async tokenOf(organisation, member) {
      const { token, hash, display } = createToken("api", randomBytes);
      await organisation.arrange((sql) =>
        sql.query(
          "insert into api_tokens (org_id, id, member_id, name, hash, display) values ($1, $2, $3, 'test', $4, $5)",
          [organisation.orgId, randomUUID(), member.id, hash, display],
        ),
      );
      return token;
    },
    async signIn(email, password) {
      const { setCookies } = await identity.signIn({ email, password, address: `192.0.2.${randomBytes(1)[0] ?? 2}` });
      return setCookies.map((cookie) => cookie.split(";")[0]).join("; ");
    },
    close: () => database.close(),
  };
  return world;
}

/** The limiter a host really uses. */
export function realLimiter(): RateLimiter {
  return memoryRateLimiter({ now: () => performance.now() });
}

/** What `meterr up` does on its first start: the one row of the instance, and the token it prints. */
export async function printSetupToken(database: TestDatabase): Promise<string> {
  const token = randomBytes(32).toString("base64url");
  await database.pools.owner.query(
    `insert into instance (id, setup_token_hash) values ($1, $2)
     on conflict (singleton) do update set setup_token_hash = excluded.setup_token_hash, setup_completed_at = null`,
    [randomUUID(), hashToken(token)],
  );
  return token;
}

export function freshPassword(): string {
  return randomBytes(18).toString("base64url");
}

export function freshEmail(): string {
  return `person-${randomBytes(6).toString("hex")}@example.test`;
}
