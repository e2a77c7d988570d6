import { randomBytes, randomUUID } from "node:crypto";
import { meterrMigrations } from "@meterr/database";
import {
  testDatabase,
  type MemberFixture,
  type MemberRole,
  type OrganisationFixture,
  type TestDatabase,
} from "@meterr/database/testing";
import type { Identity } from "@meterr/identity";
import { auditLogMigrations } from "@meterr/module-audit-log";
import { createToken } from "@meterr/vault";
import { pino, type Logger } from "pino";
import { composeDashboard, type Dashboard } from "../../src/compose-dashboard.ts";
import type { DashboardSettings } from "../../src/settings.ts";
import { keyServiceForTest, type KeyServiceForTest } from "./key-service-for-test.ts";
import { severableLink, type SeverableLink } from "./severable-link.ts";

export const ORIGIN = "http://127.0.0.1:3000";

/** A signed-in person. */
export interface Person {
  readonly userId: string;
  readonly email: string;
  readonly password: string;
  readonly cookie: string;
  readonly jwt: string;
}

/** An organisation with a member of each role, each with an API token; `ada` is a further owner of it. */
export interface Organisation extends OrganisationFixture {
  readonly tokens: Readonly<Record<MemberRole, string>>;
}

export interface Answer {
  readonly status: number;
  readonly code: unknown;
  readonly body: Readonly<Record<string, unknown>>;
  readonly text: string;
  readonly headers: Headers;
}

/** The dashboard as `composeDashboard` wires it: its own pools, identity, authenticators, limiter and modules. */
export interface Composed {
  readonly database: TestDatabase;
  readonly dashboard: Dashboard;
  readonly settings: DashboardSettings;
  readonly keyService: KeyServiceForTest;
  /** The ways of the dashboard's role and of the identity role to PostgreSQL. */
  readonly databaseLink: SeverableLink;
  readonly identityLink: SeverableLink;
  readonly ada: Person;
  /** A user who is a member nowhere. */
  readonly grace: Person;
  organisation(): Promise<Organisation>;
  send(request: Request): Promise<Answer>;
  /** Every row of every table that a route could write, as one text. */
  fingerprint(): Promise<string>;
  close(): Promise<void>;
}

export async function compose(log: Logger = pino({ level: "silent" })): Promise<Composed> {
  const database = await testDatabase({ sequences: [meterrMigrations, auditLogMigrations] });
  const keyService = await keyServiceForTest(database.pools.admin);
  const databaseLink = await severableLink(database.settings("meterr_dashboard"));
  const identityLink = await severableLink(database.settings("meterr_identity"));
  const settings = settingsForTest({
    database: databaseLink.settings,
    identityDatabase: identityLink.settings,
    keyServiceSocket: keyService.socketPath,
  });
  const dashboard = await composeDashboard(settings, log, freshAddress());
  const ada = await signedIn(dashboard.identity, "Ada");
  const grace = await signedIn(dashboard.identity, "Grace");
  return {
    database,
    dashboard,
    settings,
    keyService,
    databaseLink,
    identityLink,
    ada,
    grace,
    organisation: () => makeOrganisation(database, ada),
    async send(request) {
      const response = await dashboard.api(request);
      const text = await response.text();
      const body = text === "" ? {} : (JSON.parse(text) as Record<string, unknown>);
      return { status: response.status, code: body["code"], body, text, headers: response.headers };
    },
    fingerprint: fingerprintOf(database),
    async close() {
      await dashboard.close();
      await Promise.all([databaseLink.close(), identityLink.close(), keyService.close()]);
      await database.close();
    },
  };
}

export function settingsForTest(
  parts: Pick<DashboardSettings, "database" | "identityDatabase" | "keyServiceSocket"> & Partial<DashboardSettings>,
): DashboardSettings {
  return {
    instanceId: randomUUID(),
    host: "127.0.0.1",
    port: 0,
    publicUrl: ORIGIN,
    allowedHosts: ["127.0.0.1", "localhost"],
    authSecret: randomBytes(32).toString("base64url"),
    gatewayUrl: "http://127.0.0.1:4000",
    sandboxOrigin: "http://127.0.0.1:4010",
    allowedDestinations: [],
    trustedProxies: [],
    tls: null,
    behindTlsProxy: false,
    logLevel: "silent",
    shutdownTimeout: 2_000,
    ...parts,
  };
}

/** Each request from another address: limits by address have their own tests. */
function freshAddress(): () => string {
  let count = 0;
  return () => {
    count += 1;
    return `10.${(count >> 16) & 255}.${(count >> 8) & 255}.${count & 255}`;
  };
}

export async function signedIn(identity: Identity, name: string): Promise<Person> {
  const email = `${name.toLowerCase()}-${randomBytes(6).toString("hex")}@example.test`;
  const password = randomBytes(18).toString("base64url");
  const { id } = await identity.createUser({ email, password, name });
  const { setCookies } = await identity.signIn({ email, password, address: "192.0.2.7" });
  const cookie = setCookies.map((line) => line.split(";")[0]).join("; ");
  const answer = await identity.handler(new Request(`${ORIGIN}/api/auth/token`, { headers: { cookie } }));
  const { token } = (await answer.json()) as { token: string };
  return { userId: id, email, password, cookie, jwt: token };
}

export async function makeOrganisation(database: TestDatabase, owner: Person): Promise<Organisation> {
  const made = await database.createOrganisation();
  const tokens = {} as Record<MemberRole, string>;
  await made.arrange(async (sql) => {
    await sql.query(
      "insert into members (org_id, id, user_id, email, name, role) values ($1, $2, $3, $4, 'Ada', 'owner')",
      [made.orgId, randomUUID(), owner.userId, owner.email],
    );
    for (const member of Object.values(made.members)) {
      const { token, hash, display } = createToken("api", randomBytes);
      await sql.query(
        "insert into api_tokens (org_id, id, member_id, name, hash, display) values ($1, $2, $3, 'test', $4, $5)",
        [made.orgId, randomUUID(), member.id, hash, display],
      );
      tokens[member.role] = token;
    }
  });
  return { ...made, tokens };
}

/** A further member of a role, who has no user. */
export async function addMember(organisation: OrganisationFixture, role: MemberRole): Promise<MemberFixture> {
  const id = randomUUID();
  const member: MemberFixture = {
    id,
    userId: randomUUID(),
    email: `further-${id.slice(0, 8)}@example.test`,
    name: "Further",
    role,
    visibility: role === "developer" ? "subject" : "tenant",
  };
  await organisation.arrange((sql) =>
    sql.query("insert into members (org_id, id, user_id, email, name, role) values ($1, $2, $3, $4, $5, $6)", [
      organisation.orgId,
      id,
      member.userId,
      member.email,
      member.name,
      role,
    ]),
  );
  return member;
}

/** As the superuser, whom no policy hides a row from. Sessions and counted attempts change by being read. */
function fingerprintOf(database: TestDatabase): () => Promise<string> {
  let question: Promise<string> | undefined;
  const build = async (): Promise<string> => {
    const { rows } = await database.pools.admin.query<{ text: string }>(
      `select string_agg(format(
         $$select %L || coalesce(string_agg(x::text, E'\\n' order by x::text), '') as t from %s x$$,
         c.oid::regclass::text || ': ', c.oid::regclass), ' union all ' order by c.oid::regclass::text) as text
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where c.relkind in ('r', 'p') and not c.relispartition
         and (n.nspname = 'meterr' or (n.nspname = 'auth' and c.relname in ('user', 'account')))`,
    );
    return rows[0]?.text ?? "";
  };
  return async () => {
    question ??= build();
    // sql-not-constant: made by PostgreSQL from its own catalogue, in a test
    const { rows } = await database.pools.admin.query<{ t: string }>(await question);
    return rows.map((row) => row.t).join("\n");
  };
}
