import type { Pool } from "pg";
import type { ProviderName } from "../fronts/front.ts";
import type { ProviderBinding, VirtualKey } from "./virtual-key.ts";

interface Row {
  org_id: string;
  id: string;
  mode: "live" | "test";
  member_id: string;
  allowed_models: string[] | null;
  allowed_origins: string[] | null;
  expires_at: Date | null;
  revoked: boolean;
  suspended: boolean;
  limited: boolean;
  providers: Record<
    string,
    {
      provider_secret_id: string | null;
      version: number | null;
      destination: string | null;
      simulated: boolean;
      revoked: boolean;
    }
  >;
}

/** Asks the database whose key has this SHA-256; null when nobody's. */
export async function findVirtualKey(pool: Pool, hash: Buffer): Promise<VirtualKey | null> {
  const answer = await pool.query<Row>({
    name: "find_virtual_key",
    text: "select * from meterr.find_virtual_key($1)",
    values: [hash],
  });
  const row = answer.rows[0];
  if (row === undefined) return null;
  const providers = new Map<ProviderName, ProviderBinding>();
  for (const provider of ["openai", "anthropic", "google"] as const) {
    const binding = Object.hasOwn(row.providers, provider) ? row.providers[provider] : undefined;
    if (binding === undefined) continue;
    providers.set(provider, {
      providerSecretId: binding.provider_secret_id,
      version: binding.version,
      destination: binding.destination,
      simulated: binding.simulated,
      revoked: binding.revoked,
    });
  }
  return {
    orgId: row.org_id,
    id: row.id,
    mode: row.mode,
    memberId: row.member_id,
    allowedModels: row.allowed_models,
    allowedOrigins: row.allowed_origins,
    expiresAt: row.expires_at?.getTime() ?? null,
    revoked: row.revoked,
    suspended: row.suspended,
    limited: row.limited,
    providers,
  };
}
