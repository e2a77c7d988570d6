import type { TenantSource, TenantTable } from "@meterr/runtime";

/** A table of the host's, and the column that says whose a row is. */
export interface TableToSecure {
  /** `name` or `schema.name`, as it is spelt in the database. */
  readonly name: string;
  readonly tenantColumn: string;
}

/** A table as it was found: its type of tenant, and how row-level security stood before. */
export interface PlannedTable extends TenantTable {
  readonly earlier: { readonly enabled: boolean; readonly forced: boolean };
  /** The table that was named, when this is a partition of it. */
  readonly partitionOf: string | null;
}

export interface TenantRlsPlan {
  readonly tenant: TenantSource;
  readonly tables: readonly PlannedTable[];
  /** In order, one statement each. All or none: run them in one transaction. */
  readonly up: readonly string[];
  /** Takes away exactly what `up` did; what was there before stays. */
  readonly down: readonly string[];
  /** Markdown for whoever runs the database. */
  readonly documentation: string;
}
