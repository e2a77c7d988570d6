import { randomBytes, randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { freePorts } from "@meterr/database/testing";
import { asker, type Ask } from "../support/ask.ts";
import { closeOnFailure } from "../support/close-on-failure.ts";
import { hostDatabase, type HostDatabase } from "../support/host-database.ts";
import { hostFolder, MOUNTED } from "../support/host-folder.ts";
import { runHost, startHost, type Ran } from "../support/host-process.ts";
import { canary, tokenForTest } from "../support/people.ts";

interface Shop {
  readonly id: string;
  readonly parcel: string;
  readonly tracking: string;
  readonly recipient: string;
  /** Under which the carrier knows it. */
  readonly account: string;
}

export interface ParcelsWorld {
  readonly ask: Ask;
  readonly database: HostDatabase;
  readonly secret: string;
  readonly ours: Shop;
  readonly theirs: Shop;
  /** Cookies: of ours, of theirs, of both shops, of a session that is over. */
  readonly manager: string;
  readonly clerk: string;
  readonly stranger: string;
  readonly both: string;
  readonly late: string;
  /** One of the host's own programs, such as `src/keys/worker.ts`. */
  run(...args: readonly string[]): Promise<Ran>;
  said(): string;
  close(): Promise<void>;
}

/** Parcels, migrated, started, and with people in it. */
export function parcelsWorld(): Promise<ParcelsWorld> {
  return closeOnFailure(makeParcels);
}

async function makeParcels(closing: AsyncDisposableStack): Promise<Omit<ParcelsWorld, "close">> {
  const host = hostFolder("hono");
  const database = await hostDatabase(["parcels_owner", "parcels_app", "parcels_worker"]);
  closing.defer(() => database.close());
  const folder = await mkdtemp(path.join(tmpdir(), "parcels-"));
  closing.defer(() => rm(folder, { recursive: true, force: true }));
  const [port = 0] = await freePorts(1);
  const origin = `http://127.0.0.1:${port}`;
  const secret = randomBytes(24).toString("hex");
  const env = {
    DATABASE_URL: database.url("parcels_app"),
    OWNER_DATABASE_URL: database.url("parcels_owner"),
    WORKER_DATABASE_URL: database.url("parcels_worker"),
    RLS_PLAN: path.join(folder, "rls-plan.json"),
    CARRIER_WEBHOOK_SECRET: secret,
    PORT: String(port),
  };
  const run = (...args: readonly string[]): Promise<Ran> => runHost(args, host.folder, env);
  for (const step of [["src/migrate.ts", "up", "migrations"], ...(MOUNTED ? [["src/keys/set-up.ts", "up"]] : [])]) {
    const { code, said } = await run(...step);
    if (code !== 0) throw new Error(said);
  }
  const server = await startHost([host.main], host.folder, env, `${origin}/healthz`);
  closing.defer(() => server.stop());
  const { admin } = database;

  async function shop(): Promise<Shop> {
    const [id, parcel, recipient] = [randomUUID(), randomUUID(), canary()];
    const tracking = randomBytes(6).toString("hex").toUpperCase();
    const account = `acct-${randomBytes(4).toString("hex")}`;
    await admin.query("insert into shops (id, name) values ($1, 'Shop')", [id]);
    await admin.query("insert into carrier_accounts (account, shop_id) values ($1, $2)", [account, id]);
    await admin.query("insert into parcels (id, shop_id, tracking, recipient) values ($1, $2, $3, $4)", [
      parcel,
      id,
      tracking,
      recipient,
    ]);
    return { id, parcel, tracking, recipient, account };
  }
  async function person(memberships: readonly (readonly [string, string])[], lasts = "1 hour"): Promise<string> {
    const id = randomUUID();
    const { token, hash } = tokenForTest();
    await admin.query("insert into users (id, name) values ($1, 'Person')", [id]);
    for (const [shopId, role] of memberships) {
      await admin.query("insert into memberships (shop_id, user_id, role) values ($1, $2, $3)", [shopId, id, role]);
    }
    await admin.query("insert into sessions (token_hash, user_id, expires_at) values ($1, $2, now() + $3::interval)", [
      hash.toString("hex"),
      id,
      lasts,
    ]);
    return `parcels=${token}`;
  }

  const [ours, theirs] = [await shop(), await shop()];
  return {
    ask: asker(origin),
    database,
    secret,
    ours,
    theirs,
    manager: await person([[ours.id, "manager"]]),
    clerk: await person([[ours.id, "clerk"]]),
    stranger: await person([[theirs.id, "manager"]]),
    both: await person([
      [ours.id, "clerk"],
      [theirs.id, "clerk"],
    ]),
    late: await person([[ours.id, "manager"]], "-1 second"),
    run,
    said: () => server.said(),
  };
}
