import { RuntimeError } from "../runtime-error.ts";

/** What a tenant's id may be in a table. */
export const TENANT_TYPES = ["uuid", "text", "bigint", "integer"] as const;
export type TenantType = (typeof TENANT_TYPES)[number];

/** Where a policy reads the tenant of the present transaction from: one of two dialects. */
export interface TenantSource {
  readonly dialect: "setting" | "supabase";
  /** The role the permissive policy is for, quoted, or `public`. */
  readonly role: string;
  /** For a person: how the tenant is set, and what a transaction without one sees. */
  readonly words: string;
  /** What the transaction is given so that its policies see this tenant; a blank value is no tenant. */
  readonly setting: { readonly name: string; value(tenantId: string): string };
  /** The SQL a policy compares the tenant's column with. Null when no tenant is set, which equals nothing. */
  expression(type: TenantType): string;
}

const SETTING = /^[a-z_][a-z0-9_]{0,62}(\.[a-z_][a-z0-9_]{0,62})+$/;
const CLAIM = /^[A-Za-z_][A-Za-z0-9_]{0,62}$/;

/** `set_config(<name>, <tenant>, true)` at the start of each transaction. Throws RuntimeError `identifier_invalid`. */
export function transactionSetting(name = "app.tenant_id"): TenantSource {
  if (!SETTING.test(name)) refuse("A setting's name is lower-case words joined by dots, for example app.tenant_id.");
  return Object.freeze({
    dialect: "setting",
    role: "public",
    setting: Object.freeze({ name, value: (tenantId: string) => tenantId }),
    words:
      `Each transaction sets its tenant with \`select set_config('${name}', $1, true)\`. ` +
      "The setting ends with the transaction; a transaction that sets none sees no row and writes none.",
    expression: (type: TenantType) => `(select nullif(current_setting('${name}', true), '')${cast(type)})`,
  });
}

/**
 * Supabase: a claim of the verified JWT, as `auth.jwt()` answers it. Put the claim there with a custom access token
 * hook, never in `user_metadata`, which its user can write. Throws RuntimeError `identifier_invalid`.
 */
export function supabaseClaim(claim = "org_id"): TenantSource {
  if (!CLAIM.test(claim)) refuse("A claim's name is letters, digits and underscores, for example org_id.");
  return Object.freeze({
    dialect: "supabase",
    role: '"authenticated"',
    setting: Object.freeze({
      name: "request.jwt.claims",
      value: (tenantId: string) => JSON.stringify({ role: "authenticated", [claim]: tenantId }),
    }),
    words:
      `Supabase sets the request's verified JWT; the tenant is its claim \`${claim}\` (\`auth.jwt() ->> '${claim}'\`), ` +
      "put there by a custom access token hook. A JWT without the claim sees no row and writes none; nor does any role " +
      "but `authenticated`. `service_role` bypasses row-level security and must never serve a tenant's request.",
    expression: (type: TenantType) => `(select nullif(auth.jwt() ->> '${claim}', '')${cast(type)})`,
  });
}

function cast(type: TenantType): string {
  if (!TENANT_TYPES.includes(type)) refuse(`A tenant's id is one of ${TENANT_TYPES.join(", ")}.`);
  return type === "text" ? "" : `::${type}`;
}

function refuse(why: string): never {
  throw new RuntimeError("identifier_invalid", why);
}
