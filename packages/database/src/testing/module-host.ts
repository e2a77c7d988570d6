import { createHash, randomBytes, randomUUID } from "node:crypto";
import {
  anyOf,
  apiToken,
  session,
  type AuditEntry,
  type Authenticator,
  type Membership,
  type Mounted,
} from "@meterr/runtime";
import { authenticatorForTest, faultyHost, type FaultyHost } from "@meterr/runtime/testing";
import { withTenant } from "../with-tenant.ts";
import type { MemberRole, OrganisationFixture } from "./create-organisation.ts";
import { testDatabase, type TestDatabase } from "./test-database.ts";

/** The one origin that may write with the session's cookie. */
export const ORIGIN = "https://meterr.example.test";
export const ROLES: readonly MemberRole[] = ["owner", "admin", "developer", "viewer"];

/** Who asks: a member of one organisation with their API token. */
export interface Caller {
  readonly org: OrganisationFixture;
  readonly role: MemberRole;
}

export interface Ask {
  readonly as?: Caller | null;
  readonly body?: unknown;
  /** Sent as it is, in place of `body`. */
  readonly raw?: string | ReadableStream<Uint8Array>;
  readonly headers?: Record<string, string>;
}

export interface Answer {
  readonly status: number;
  // oxlint-disable-next-line typescript/no-explicit-any -- what a client sees is of no type
  readonly body: any;
  readonly text: string;
  readonly headers: Headers;
}

/** A host for one module under test: real database as the dashboard's role, real gates, real API tokens; every part of the host can be broken. */
export interface TestHost {
  readonly db: TestDatabase;
  readonly one: OrganisationFixture;
  readonly two: OrganisationFixture;
  readonly host: FaultyHost;
  readonly auth: Authenticator;
  /** What handlers gave to the audit log, of rolled back transactions as well. */
  readonly audits: AuditEntry[];
  /** While true, looking a credential up throws. */
  identityBroken: boolean;
  /** The cookie of the user who is an owner in both organisations. */
  readonly cookie: string;
  request(method: string, path: string, ask?: Ask): Request;
  send(mounted: Mounted, request: Request): Promise<Answer>;
  /** An authorization header of a member of an organisation made later. */
  tokenFor(org: OrganisationFixture, role: MemberRole): Promise<string>;
  /** Every row of every table, as text. */
  dump(): Promise<string>;
  close(): Promise<void>;
}

export async function openTestHost(): Promise<TestHost> {
  const db = await testDatabase();
  const [one, two] = [await db.createOrganisation("One"), await db.createOrganisation("Two")];
  const tokens = new Map<string, string>();
  for (const org of [one, two]) for (const role of ROLES) tokens.set(org.members[role].id, await mintToken(org, role));
  const audits: AuditEntry[] = [];
  const cookie = randomBytes(16).toString("hex");
  const both: Membership[] = [one, two].map(({ orgId, members }) => ({
    tenantId: orgId,
    subjectId: members.owner.id,
    role: "owner",
    visibility: "tenant",
  }));

  const world: TestHost = {
    db,
    one,
    two,
    audits,
    cookie,
    identityBroken: false,
    auth: anyOf(
      session({
        cookie: "session",
        find: async (value) =>
          value === cookie
            ? {
                id: "session-1",
                userId: "user-of-both",
                label: "Both",
                expiresAt: new Date(Date.now() + 60_000),
                memberships: both,
              }
            : null,
      }),
      authenticatorForTest({}, "jwt"),
      apiToken({
        prefix: "mtr_api_",
        async find(token) {
          if (world.identityBroken) throw new Error("planted fault: identity");
          return findToken(db, token);
        },
      }),
    ),
    host: faultyHost({
      allowedOrigins: [ORIGIN],
      now: () => new Date(),
      clientAddress: () => "192.0.2.1",
      report: () => undefined,
      limiter: {
        consume: async (_bucket, cost, rule) => ({
          allowed: true,
          retryAfterSeconds: 0,
          remaining: rule.points - cost,
          limit: rule.points,
        }),
      },
      audit: async (_sql, _tenant, entry) => void audits.push(entry),
      withTenant: (tenant, fn) => withTenant(db.pools.dashboard, tenant, fn),
    }),
    request(method, path, ask = {}) {
      const headers = new Headers(ask.headers);
      const as = ask.as === undefined ? { org: one, role: "owner" as const } : ask.as;
      if (as !== null) headers.set("authorization", `Bearer ${tokens.get(as.org.members[as.role].id) ?? ""}`);
      const body = ask.raw ?? (ask.body === undefined ? null : JSON.stringify(ask.body));
      if (body !== null && !headers.has("content-type")) headers.set("content-type", "application/json");
      return new Request(`${ORIGIN}${path}`, { method, headers, ...(body === null ? {} : { body, duplex: "half" }) });
    },
    async send(mounted, request) {
      const response = await mounted(request);
      const text = await response.text();
      return {
        status: response.status,
        text,
        headers: response.headers,
        body: text === "" ? null : JSON.parse(text),
      };
    },
    tokenFor: async (org, role) => `Bearer ${await mintToken(org, role)}`,
    async dump() {
      const { rows } = await db.pools.admin.query<{ name: string }>(
        `select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
         where n.nspname in ('meterr', 'auth') and c.relkind = 'r' order by 1`,
      );
      const tables = rows.map(
        ({
          name,
        }) => `select '${name}' as name, coalesce(jsonb_agg(to_jsonb(t) order by to_jsonb(t)::text), '[]') as rows
          from ${name} t`,
      );
      const all = await db.pools.admin.query<{ name: string; rows: unknown }>(tables.join(" union all "));
      return all.rows.map((table) => `${table.name} ${JSON.stringify(table.rows)}`).join("\n");
    },
    close: () => db.close(),
  };
  return world;
}

const hashOf = (token: string): Buffer => createHash("sha256").update(token).digest();

async function mintToken(org: OrganisationFixture, role: MemberRole): Promise<string> {
  const token = `mtr_api_${randomBytes(19).toString("hex")}`;
  await org.arrange((sql) =>
    sql.query("insert into api_tokens (org_id, id, member_id, name, hash, display) values ($1, $2, $3, $4, $5, $6)", [
      org.orgId,
      randomUUID(),
      org.members[role].id,
      role,
      hashOf(token),
      token.slice(0, 12),
    ]),
  );
  return token;
}

async function findToken(db: TestDatabase, token: string) {
  const { rows } = await db.pools.dashboard.query<{
    org_id: string;
    token_id: string;
    member_id: string;
    role: MemberRole;
  }>("select org_id, token_id, member_id, role from find_api_token($1)", [hashOf(token)]);
  const [row] = rows;
  if (row === undefined) return null;
  const membership: Membership = {
    tenantId: row.org_id,
    subjectId: row.member_id,
    role: row.role,
    visibility: row.role === "developer" ? "subject" : "tenant",
  };
  return { id: row.token_id, label: row.role, expiresAt: null, memberships: [membership] };
}
