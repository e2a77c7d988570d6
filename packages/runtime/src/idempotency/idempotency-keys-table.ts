import { runtimeTable, type RuntimeTable, type RuntimeTableOptions } from "../data/runtime-table.ts";
import type { TenantType } from "../data/tenant-source.ts";

/**
 * `idempotency_keys`: the answers that routes with `idempotency: "accepted"` repeat, by tenant, principal, route and key.
 * Grant the role that serves requests select, insert and delete on it. An answer serves nobody after a day: delete
 * those older than that now and then, in each tenant's own transaction. Throws RuntimeError `identifier_invalid`.
 */
export function idempotencyKeysTable(options: RuntimeTableOptions = {}): RuntimeTable {
  return runtimeTable("idempotency_keys", create, options);
}

const create = (tenantType: TenantType): readonly string[] => [
  `create table idempotency_keys (
  org_id ${tenantType} not null,
  principal_id text not null,
  route text not null,
  key text not null check (char_length(key) between 1 and 255),
  request_hash bytea not null check (octet_length(request_hash) = 32),
  status integer not null check (status between 200 and 299),
  body jsonb,
  created_at timestamptz not null default now(),
  primary key (org_id, principal_id, route, key)
)`,
  "create index idempotency_keys_created on idempotency_keys (org_id, created_at)",
];
