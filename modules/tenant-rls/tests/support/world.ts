import { randomUUID } from "node:crypto";
import { testDatabase, type TestDatabase } from "@meterr/database/testing";
import type { Sql } from "@meterr/runtime";

export interface Client extends Sql {
  release(broken?: boolean): void;
}

export interface RlsWorld {
  readonly database: TestDatabase;
  readonly one: string;
  readonly two: string;
  /** The role that owns the tables, and the one the application queries with; each call is a connection of its own. */
  owner(): Promise<Client>;
  application(): Promise<Client>;
  /** Supabase's role for a signed-in person. */
  authenticated(): Promise<Client>;
  /** Everything in the schema that DDL can change. */
  catalogue(): Promise<unknown[]>;
  close(): Promise<void>;
}

// As Supabase has it. The role belongs to the whole server, so another test may have made it already.
const SUPABASE = `
  do $$ begin create role authenticated nologin; exception when duplicate_object or unique_violation then null; end $$;
  create schema if not exists auth;
  create function auth.jwt() returns jsonb language sql stable as
    $$ select nullif(current_setting('request.jwt.claims', true), '')::jsonb $$;
  grant usage on schema auth, meterr to authenticated`;

// Meterr's own tables stand there too and are no part of this.
const CATALOGUE = `
  select concat_ws(' ', c.relname, c.relkind, c.relrowsecurity, c.relforcerowsecurity, c.relacl::text,
    (select string_agg(p.polname, ',' order by p.polname) from pg_policy p where p.polrelid = c.oid)) as entry
  from pg_class c where c.relnamespace = 'meterr'::regnamespace and c.oid > $1 order by 1`;

export async function rlsWorld(): Promise<RlsWorld> {
  const database = await testDatabase();
  const { admin, owner, worker } = database.pools;
  await admin.query(SUPABASE);
  const { rows: newest } = await admin.query<{ oid: string }>("select max(oid) as oid from pg_class");
  const open = new Set<Client>();
  const connect = async (pool: typeof admin, role?: string): Promise<Client> => {
    const client = await pool.connect();
    if (role !== undefined) {
      await client.query("set search_path = meterr");
      await client.query(`set role ${role}`);
    }
    const given: Client = {
      query: (text: string, values?: readonly unknown[]) =>
        client.query<never>(text, values === undefined ? undefined : [...values]),
      release: () => {
        if (open.delete(given)) client.release(true);
      },
    };
    open.add(given);
    return given;
  };
  return {
    database,
    one: randomUUID(),
    two: randomUUID(),
    owner: () => connect(owner),
    application: () => connect(worker),
    authenticated: () => connect(admin, "authenticated"),
    catalogue: async () => (await admin.query(CATALOGUE, [newest[0]?.oid])).rows,
    close: async () => {
      for (const client of open) client.release();
      await database.close();
    },
  };
}
