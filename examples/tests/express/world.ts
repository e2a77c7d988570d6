import { randomBytes, randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { freePorts } from "@meterr/database/testing";
import { asker, type Ask } from "../support/ask.ts";
import { closeOnFailure } from "../support/close-on-failure.ts";
import { fakeStripe, type FakeStripe } from "../support/fake-stripe.ts";
import { hostDatabase, type HostDatabase } from "../support/host-database.ts";
import { hostFolder, MOUNTED } from "../support/host-folder.ts";
import { runHost, startHost } from "../support/host-process.ts";
import { canary, passwordForTest, tokenForTest } from "../support/people.ts";

export interface DeskWorld {
  readonly ask: Ask;
  readonly origin: string;
  readonly database: HostDatabase;
  readonly stripe: FakeStripe;
  /** Two workspaces, each with one ticket whose subject is its canary. */
  readonly ours: { readonly id: string; readonly ticket: string; readonly canary: string };
  readonly theirs: { readonly id: string; readonly ticket: string; readonly canary: string };
  /** Cookies: a lead and an agent of ours, a lead of theirs, and a lead of ours whose session is over. */
  readonly lead: string;
  readonly agent: string;
  readonly stranger: string;
  readonly late: string;
  readonly signIn: { readonly email: string; readonly password: string };
  linkCustomer(workspace: string, customer: string): Promise<void>;
  /** The SQL of the modules, in reverse. */
  takeTablesAway(): Promise<void>;
  said(): string;
  close(): Promise<void>;
}

/** Desk, migrated, started, and with people in it. */
export function deskWorld(): Promise<DeskWorld> {
  return closeOnFailure(makeDesk);
}

async function makeDesk(closing: AsyncDisposableStack): Promise<Omit<DeskWorld, "close">> {
  const host = hostFolder("express");
  const database = await hostDatabase(["desk_owner", "desk_app", "desk_signer"]);
  closing.defer(() => database.close());
  const modules: readonly string[] = MOUNTED
    ? [host.claims, host.migrationsOf("audit-log"), host.migrationsOf("stripe-entitlements"), "src/keys/migrations"]
    : [];
  const owner = { OWNER_DATABASE_URL: database.url("desk_owner") };
  const migrated = await runHost(["src/migrate.ts", "up", "migrations", ...modules], host.folder, owner);
  if (migrated.code !== 0) throw new Error(migrated.said);

  const [port = 0] = await freePorts(1);
  const origin = `http://127.0.0.1:${port}`;
  const stripe = await fakeStripe();
  closing.defer(() => stripe.close());
  const heads = await mkdtemp(path.join(tmpdir(), "desk-heads-"));
  closing.defer(() => rm(heads, { recursive: true, force: true }));
  const env = {
    DATABASE_URL: database.url("desk_app"),
    SIGNER_DATABASE_URL: database.url("desk_signer"),
    PORT: String(port),
    AUDIT_HEADS_FOLDER: heads,
    AUDIT_HEAD_SECRET: randomBytes(24).toString("hex"),
    STRIPE_SECRET_KEY: stripe.apiKey,
    STRIPE_WEBHOOK_SECRET: stripe.webhookSecret,
    STRIPE_ORIGIN: stripe.origin,
  };
  const server = await startHost([host.main], host.folder, env, `${origin}/healthz`);
  closing.defer(() => server.stop());
  const { admin } = database;

  async function workspace(): Promise<{ id: string; ticket: string; canary: string; owner: string }> {
    const [id, ticket, owner, word] = [randomUUID(), randomUUID(), randomUUID(), canary()];
    await admin.query("insert into workspaces (id, name) values ($1, $2)", [id, word]);
    await admin.query("insert into people (id, email, name, password) values ($1, $2, 'Lead', 'x')", [
      owner,
      `${owner}@x.test`,
    ]);
    await admin.query("insert into members (workspace_id, person_id, role) values ($1, $2, 'lead')", [id, owner]);
    await admin.query("insert into tickets (id, workspace_id, subject, opened_by) values ($1, $2, $3, $4)", [
      ticket,
      id,
      word,
      owner,
    ]);
    return { id, ticket, canary: word, owner };
  }
  async function session(person: string, interval = "1 hour"): Promise<string> {
    const { token, hash } = tokenForTest();
    await admin.query(
      "insert into sessions (token_hash, person_id, expires_at) values ($1, $2, now() + $3::interval)",
      [hash, person, interval],
    );
    return `desk_session=${token}`;
  }

  const [ours, theirs] = [await workspace(), await workspace()];
  const agent = randomUUID();
  const { password, stored } = passwordForTest();
  const email = `${agent}@x.test`;
  await admin.query("insert into people (id, email, name, password) values ($1, $2, 'Agent', $3)", [
    agent,
    email,
    stored,
  ]);
  await admin.query("insert into members (workspace_id, person_id, role) values ($1, $2, 'agent')", [ours.id, agent]);

  return {
    ask: asker(origin),
    origin,
    database,
    stripe,
    ours,
    theirs,
    lead: await session(ours.owner),
    agent: await session(agent),
    stranger: await session(theirs.owner),
    late: await session(ours.owner, "-1 second"),
    signIn: { email, password },
    async linkCustomer(workspaceId, customer) {
      const linked = await runHost(["src/keys/link-customer.ts", workspaceId, customer], host.folder, env);
      if (linked.code !== 0) throw new Error(linked.said);
    },
    async takeTablesAway() {
      const down = await runHost(["src/migrate.ts", "down", ...modules.toReversed()], host.folder, owner);
      if (down.code !== 0) throw new Error(down.said);
    },
    said: () => server.said(),
  };
}
