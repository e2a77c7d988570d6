import { randomBytes, randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { testDatabase } from "@meterr/database/testing";
import { mount, type Mounted, type RuntimeHost, type SafeEvent, type Sql, type VerifiedTenant } from "@meterr/runtime";
import { faultyHost, tenantForTest, type FaultyHost } from "@meterr/runtime/testing";
import { webhookClaimsMigrations } from "@meterr/runtime/webhooks";
import { Stripe } from "stripe";
import {
  createStripeEntitlements,
  linkStripeCustomer,
  stripeEntitlementsMigrations,
  type StripeEntitlements,
  type StripeEntitlementsOptions,
} from "../../src/index.ts";
import { stripeServer, type StripeServer } from "./stripe-server.ts";

export const newCustomer = (): string => `cus_${randomBytes(7).toString("hex")}`;
export const newWebhookSecret = (): string => `whsec_${randomBytes(24).toString("hex")}`;

/** A tenant of the host's, with a customer unless it shall have none. */
export interface Tenant {
  readonly tenant: VerifiedTenant;
  readonly customer: string;
}

export interface Delivery {
  /** Empty leaves the signature out. */
  readonly secret?: string;
  /** Seconds by which the signed time is behind ours. */
  readonly late?: number;
  /** What is sent instead of what was signed. */
  readonly sent?: string;
  readonly headers?: Record<string, string>;
}

export interface World {
  readonly stripe: StripeServer;
  readonly host: FaultyHost;
  readonly events: SafeEvent[];
  readonly webhookSecret: string;
  /** The host's clock. */
  time: Date;
  readonly lookup: Sql;
  env(): Record<string, string>;
  build(change?: Partial<StripeEntitlementsOptions>): StripeEntitlements & { readonly handle: Mounted };
  tenant(linked?: boolean): Promise<Tenant>;
  inTenant<T>(tenant: VerifiedTenant, work: (sql: Sql) => Promise<T>): Promise<T>;
  /** As the owner of the tables, or the application's role. */
  as(role: "owner" | "app", texts: readonly string[]): Promise<void>;
  left(): Promise<string[]>;
  event(customer: unknown, change?: Record<string, unknown>): string;
  post(handle: Mounted, payload: string, change?: Delivery): Promise<Response>;
  close(): Promise<void>;
}

// Without await: two files of one process that wait for this one to be imported would lose their suites.
const migration = (folder: URL, name: string): string => readFileSync(new URL(name, folder), "utf8");
export const UP = migration(stripeEntitlementsMigrations().folder, "0001_stripe_customers.up.sql");
export const DOWN = migration(stripeEntitlementsMigrations().folder, "0001_stripe_customers.down.sql");

/** A foreign host: a schema, an owner and an application role of its own, two modules' SQL, and a Stripe nearby. */
export async function world(): Promise<World> {
  const database = await testDatabase({ sequences: [] });
  const stripe = await stripeServer();
  const { admin } = database.pools;
  const suffix = randomBytes(4).toString("hex");
  const roles = { owner: `host_owner_${suffix}`, app: `host_app_${suffix}` };
  const schema = `host_${suffix}`;
  for (const role of Object.values(roles)) await admin.query(`create role ${role} nologin`);
  await admin.query(`create schema ${schema} authorization ${roles.owner}`);

  async function connected<T>(role: keyof typeof roles, work: (sql: Sql) => Promise<T>): Promise<T> {
    const client = await admin.connect();
    try {
      await client.query(`set search_path = ${schema}, pg_temp`);
      await client.query(`set role ${roles[role]}`);
      return await work(client);
    } finally {
      await client.query("reset role").then(
        () => client.release(),
        () => client.release(true),
      );
    }
  }
  async function transaction<T>(sql: Sql, work: () => Promise<T>): Promise<T> {
    await sql.query("begin");
    try {
      const result = await work();
      await sql.query("commit");
      return result;
    } catch (error) {
      await sql.query("rollback");
      throw error;
    }
  }
  const as: World["as"] = (role, texts) =>
    connected(role, (sql) =>
      transaction(sql, async () => {
        for (const text of texts) await sql.query(text);
      }),
    );
  const inTenant: World["inTenant"] = (tenant, work) =>
    connected("app", (sql) =>
      transaction(sql, async () => {
        await sql.query("select set_config('app.tenant_id', $1, true)", [tenant.id]);
        return work(sql);
      }),
    );
  await as("owner", [
    migration(webhookClaimsMigrations().folder, "0001_webhook_claims.up.sql"),
    UP,
    ...grants(schema, roles.app),
  ]);

  const inner: RuntimeHost = {
    withTenant: inTenant,
    limiter: {
      consume: async (_bucket, _cost, { points }) => ({
        allowed: true,
        retryAfterSeconds: 0,
        remaining: points,
        limit: points,
      }),
    },
    now: () => it.time,
    audit: async () => undefined,
    report: () => undefined,
    clientAddress: () => "192.0.2.1",
    allowedOrigins: [],
  };
  const host = faultyHost(inner);
  const events: SafeEvent[] = [];
  const webhookSecret = newWebhookSecret();
  const it: World = {
    stripe,
    host,
    events,
    webhookSecret,
    time: new Date("2026-11-22T12:00:00Z"),
    lookup: { query: (text, values) => connected("app", (sql) => sql.query(text, values)) },
    env: () => ({ STRIPE_SECRET_KEY: stripe.apiKey, STRIPE_WEBHOOK_SECRET: webhookSecret }),
    build(change = {}) {
      const made = createStripeEntitlements({
        host,
        lookup: it.lookup,
        env: it.env(),
        origin: stripe.origin,
        random: () => 0,
        // A test asks more in a second than a host does.
        limiter: inner.limiter,
        events: (event) => void events.push(event),
        ...change,
      });
      return { ...made, handle: mount(made.module.routes) };
    },
    async tenant(linked = true) {
      const tenant = tenantForTest({ id: randomUUID() });
      const customer = newCustomer();
      if (linked) await inTenant(tenant, (sql) => linkStripeCustomer(sql, tenant, customer));
      return { tenant, customer };
    },
    inTenant,
    as,
    async left() {
      const { rows } = await admin.query<{ name: string }>(
        `select relname::text as name from pg_class where relnamespace = $1::regnamespace and relname like '%stripe%'
         union all select proname::text from pg_proc where pronamespace = $1::regnamespace and proname like '%stripe%'`,
        [schema],
      );
      return rows.map(({ name }) => name);
    },
    event: (customer, change = {}) =>
      JSON.stringify({
        id: `evt_${randomBytes(12).toString("hex")}`,
        object: "event",
        type: "customer.subscription.updated",
        created: Math.floor(it.time.getTime() / 1000),
        data: { object: { id: "sub_1", object: "subscription", customer, status: "active", price: "x", owner: "y" } },
        ...change,
      }),
    post(handle, payload, { secret = webhookSecret, late = 0, sent = payload, headers = {} } = {}) {
      const timestamp = Math.floor(it.time.getTime() / 1000) - late;
      const signed = new Headers({ "content-type": "application/json; charset=utf-8", ...headers });
      if (secret !== "") {
        signed.set("stripe-signature", Stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp }));
      }
      return handle(
        new Request("https://site.test/api/v1/stripe/webhook", { method: "POST", headers: signed, body: sent }),
      );
    },
    async close() {
      await stripe.close();
      await admin.query(`drop schema ${schema} cascade`);
      for (const role of Object.values(roles)) await admin.query(`drop role ${role}`);
      await database.close();
    },
  };
  return it;
}

/** What README.md tells a host to grant. */
function grants(schema: string, app: string): string[] {
  return [
    `grant usage on schema ${schema} to ${app}`,
    `grant select, insert on webhook_claims to ${app}`,
    `grant select, insert, delete on stripe_customers to ${app}`,
    `grant update (features, read_at, generation) on stripe_customers to ${app}`,
    `grant execute on function stripe_tenant_of_customer(text) to ${app}`,
  ];
}
