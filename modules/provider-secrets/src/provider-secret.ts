import type { Provider } from "./ports.ts";

/** A row of provider_secrets as the dashboard's role may read it. There is no column that holds the secret. */
export interface ProviderSecretRow {
  id: string;
  provider: Provider;
  name: string;
  destination: string;
  simulated: boolean;
  hint: string;
  status: "unverified" | "working" | "rejected";
  status_detail: string | null;
  checked_at: Date | null;
  current_version: number;
  created_by: string;
  created_at: Date;
  revoked_at: Date | null;
}

export const COLUMNS = `id, provider, name, destination, simulated, hint, status, status_detail, checked_at,
  current_version, created_by, created_at, revoked_at`;

/** What the API answers: dates as RFC 3339, the secret only as its masked hint. */
export function presentProviderSecret(row: ProviderSecretRow): Record<string, unknown> {
  return {
    id: row.id,
    provider: row.provider,
    name: row.name,
    hint: row.hint,
    status: row.revoked_at === null ? row.status : "revoked",
    status_detail: row.status_detail,
    checked_at: row.checked_at?.toISOString() ?? null,
    simulated: row.simulated,
    destination: row.destination,
    version: row.current_version,
    created_by: row.created_by,
    created_at: row.created_at.toISOString(),
    revoked_at: row.revoked_at?.toISOString() ?? null,
  };
}
