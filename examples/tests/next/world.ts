import { randomBytes, randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { freePorts } from "@meterr/database/testing";
import { asker, type Ask } from "../support/ask.ts";
import { closeOnFailure } from "../support/close-on-failure.ts";
import { hostDatabase, type HostDatabase } from "../support/host-database.ts";
import { hostFolder, MOUNTED } from "../support/host-folder.ts";
import { runHost, startHost } from "../support/host-process.ts";
import { canary, tokenForTest } from "../support/people.ts";

interface Company {
  readonly id: string;
  readonly name: string;
  readonly invoice: string;
  readonly customer: string;
}

export interface BillsWorld {
  readonly ask: Ask;
  readonly database: HostDatabase;
  readonly webhookSecret: string;
  readonly rates: Rates;
  readonly ours: Company;
  readonly theirs: Company;
  /** Cookies: of ours, of theirs, of a session that is over. */
  readonly owner: string;
  readonly bookkeeper: string;
  readonly stranger: string;
  readonly late: string;
  /** The SQL of the modules, in reverse. */
  takeTablesAway(): Promise<void>;
  said(): string;
  close(): Promise<void>;
}

interface Rates {
  readonly origin: string;
  readonly key: string;
  mood: "well" | "down" | "nonsense";
}

/** Every company's invoice is over this sum. */
export const CENTS = 10_000;

/** Bills, migrated, started, and with people in it. It must have been built. */
export function billsWorld(): Promise<BillsWorld> {
  return closeOnFailure(makeBills);
}

async function makeBills(closing: AsyncDisposableStack): Promise<Omit<BillsWorld, "close">> {
  const host = hostFolder("next");
  const database = await hostDatabase(["bills_owner", "bills_app"]);
  closing.defer(() => database.close());
  const modules: readonly string[] = MOUNTED
    ? [host.claims, host.idempotency, host.migrationsOf("webhook-inbox"), "src/keys/migrations"]
    : [];
  const owner = { OWNER_DATABASE_URL: database.url("bills_owner") };
  const migrated = await runHost(["scripts/migrate.ts", "up", "migrations", ...modules], host.folder, owner);
  if (migrated.code !== 0) throw new Error(migrated.said);

  const [port = 0] = await freePorts(1);
  const origin = `http://127.0.0.1:${port}`;
  const webhookSecret = randomBytes(24).toString("hex");
  const rates = await ratesService(closing);
  const env = {
    DATABASE_URL: database.url("bills_app"),
    ORIGIN: origin,
    PAYMENTS_WEBHOOK_SECRET: webhookSecret,
    RATES_API_KEY: rates.key,
    RATES_ORIGIN: rates.origin,
    NEXT_TELEMETRY_DISABLED: "1",
  };
  const next = createRequire(import.meta.url).resolve("next/dist/bin/next");
  const args = [next, "start", "-H", "127.0.0.1", "-p", String(port)];
  const server = await startHost(args, host.folder, env, `${origin}/healthz`);
  closing.defer(() => server.stop());
  const { admin } = database;

  async function company(): Promise<Company> {
    const [id, invoice, name, customer] = [randomUUID(), randomUUID(), canary(), canary()];
    await admin.query("insert into companies (id, name) values ($1, $2)", [id, name]);
    await admin.query("insert into invoices (id, company_id, customer, cents) values ($1, $2, $3, $4)", [
      invoice,
      id,
      customer,
      CENTS,
    ]);
    return { id, name, invoice, customer };
  }
  async function person(companyId: string, role: string, lasts = "1 hour"): Promise<string> {
    const [user, membership] = [randomUUID(), randomUUID()];
    const { token, hash } = tokenForTest();
    await admin.query("insert into users (id, name) values ($1, 'Person')", [user]);
    await admin.query("insert into memberships (id, company_id, user_id, role) values ($1, $2, $3, $4)", [
      membership,
      companyId,
      user,
      role,
    ]);
    await admin.query(
      "insert into sessions (token_hash, membership_id, expires_at) values ($1, $2, now() + $3::interval)",
      [hash, membership, lasts],
    );
    return `bills=${token}`;
  }

  const [ours, theirs] = [await company(), await company()];
  return {
    ask: asker(origin),
    database,
    webhookSecret,
    rates,
    ours,
    theirs,
    owner: await person(ours.id, "owner"),
    bookkeeper: await person(ours.id, "bookkeeper"),
    stranger: await person(theirs.id, "owner"),
    late: await person(ours.id, "owner", "-1 second"),
    async takeTablesAway() {
      const down = await runHost(["scripts/migrate.ts", "down", ...modules.toReversed()], host.folder, owner);
      if (down.code !== 0) throw new Error(down.said);
    },
    said: () => server.said(),
  };
}

/** One euro is two of anything. */
async function ratesService(closing: AsyncDisposableStack): Promise<Rates> {
  const key = randomBytes(16).toString("hex");
  const server = createServer((request, response) => {
    const known = request.headers.authorization === `Bearer ${key}`;
    response.writeHead(rates.mood === "down" ? 500 : known ? 200 : 401, { "content-type": "application/json" });
    response.end(rates.mood === "nonsense" ? `{"rate":"${key}"}` : '{"rate":2}');
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  closing.defer(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const rates: Rates = { origin, key, mood: "well" };
  return rates;
}
