import { weaknessOf, type Weakness } from "./conditions/weakness.ts";
import { isOwnerName, isTenantName, plain } from "./columns.ts";
import type { Expression, Policy, Rights, Routine, Schema, Table } from "./schema.ts";

/** Schemas a platform owns, where migrations may add policies and nothing else. */
const PLATFORM = new Set([
  "storage",
  "auth",
  "realtime",
  "vault",
  "cron",
  "extensions",
  "net",
  "graphql",
  "pgsodium",
  "pg_catalog",
  "information_schema",
  "supabase_functions",
  "supabase_migrations",
]);
const CLIENTS = new Set(["public", "anon", "authenticated", "authenticator"]);
const APPLICATION = /^(?:app|web|api|client|application)(?:_?(?:user|role|client|server|rw))?$|_app(?:_user)?$|^app_/;

/** The schema that a database's migrations leave behind, and what its rules ask about it. */
export class Database {
  readonly schema: Schema;
  readonly connectsAsOwner: boolean;
  /** Columns, spelt plainly, that some policy compares. */
  readonly compared: ReadonlySet<string>;
  readonly #supabase: (set: string) => boolean;
  readonly #protects: ReadonlySet<string>;
  readonly #called: ReadonlySet<string>;

  constructor(schema: Schema, options: { supabase(set: string): boolean; connectsAsOwner: boolean }) {
    this.schema = schema;
    this.connectsAsOwner = options.connectsAsOwner;
    this.#supabase = options.supabase;
    const compared = new Set<string>();
    const called = new Set<string>();
    const protects = new Set<string>();
    for (const table of schema.tables.values()) {
      if (table.policies.size > 0 || table.enabled !== null) protects.add(table.set);
      for (const { using, check } of table.policies.values()) {
        for (const { kind, value } of [...(using?.tokens ?? []), ...(check?.tokens ?? [])]) {
          if (kind !== "word" && kind !== "quoted") continue;
          called.add(value);
          if (isTenantName(value) || isOwnerName(value)) compared.add(plain(value));
        }
      }
    }
    this.compared = compared;
    this.#called = called;
    this.#protects = protects;
  }

  /** Tables of the application: not temporary ones, partitions, or a platform's own. */
  tables(): Table[] {
    return [...this.schema.tables.values()].filter(({ schema, minor }) => !minor && !PLATFORM.has(schema));
  }

  isPlatform(schema: string): boolean {
    return PLATFORM.has(schema);
  }

  isSupabase(set: string): boolean {
    return this.#supabase(set);
  }

  /** Whether the migrations of this folder use row security anywhere. */
  usesRowSecurity(set: string): boolean {
    return this.#protects.has(set);
  }

  /** Whether a policy calls a function of this name. */
  isCalledByPolicies({ name }: Routine): boolean {
    return this.#called.has(name);
  }

  /** Whether clients of a Supabase project reach it past the application's server. */
  isExposed(set: string, object: Rights & { readonly schema: string }): boolean {
    if (!this.isSupabase(set) || this.isPlatform(object.schema)) return false;
    const reaches = (role: string): boolean =>
      !object.revoked.has(role) &&
      !this.schema.closed.has(`${object.schema} ${role}`) &&
      (object.schema === "public" || object.granted.has(role));
    return reaches("anon") || reaches("authenticated");
  }

  /** Whether somebody other than its owner was given it, as far as the migrations say anything of rights. */
  isReachable(set: string, object: Rights): boolean {
    if (!this.schema.granting.has(set)) return true;
    return [...object.granted].some((role) => !["service_role", "postgres"].includes(role));
  }

  /** Whether the policy speaks of those who call, not of a role kept for one narrow use. */
  isForClients({ roles }: Policy): boolean {
    return roles.some((role) => CLIENTS.has(role) || APPLICATION.test(role));
  }

  /** Whether a restrictive policy confines what a permissive one admits. */
  isConfined(table: Table, command: Policy["command"]): boolean {
    return [...table.policies.values()].some(
      (other) =>
        !other.permissive &&
        (other.command === "all" || other.command === command) &&
        other.roles.some((role) => CLIENTS.has(role)) &&
        weaknessOf((other.using ?? other.check)?.tokens ?? []) === "other",
    );
  }
}

/** What guards the rows that a policy lets somebody read, or write; PostgreSQL takes USING where no WITH CHECK stands. */
export function readingOf({ command, using }: Policy): Expression | null {
  return command === "insert" ? null : using;
}

export function writingOf({ command, using, check }: Policy): Expression | null {
  if (command === "select" || command === "delete") return null;
  return check ?? (command === "insert" ? null : using);
}

export function weakness(expression: Expression | null): Weakness {
  return expression === null ? "other" : weaknessOf(expression.tokens);
}
