import type { Sql } from "../host.ts";
import type { KeyManifest } from "../manifest/key-manifest.ts";
import type { TenantTable } from "./tenant-policies.ts";
import type { TenantSource } from "./tenant-source.ts";

/** A table that holds no tenant's rows, such as a closed list, and why. It gets no policies. */
export interface GlobalTable {
  readonly name: string;
  readonly global: string;
}

export type DataTable = TenantTable | GlobalTable;

export interface DataAssumptions {
  /** `transactionSetting()` or `supabaseClaim()`. */
  readonly tenant: TenantSource;
  /** What else must hold, a sentence each, for the documentation. */
  readonly notes?: readonly string[];
}

export interface DataOptions {
  readonly manifest: KeyManifest;
  /** Every table of it; the policies of tenant tables are added here, not in `up`. */
  readonly tables: readonly DataTable[];
  readonly assumptions: DataAssumptions;
  /** SQL that makes the tables, and SQL that takes them away. Build names with `sqlIdentifier` only. */
  readonly up: string;
  readonly down: string;
}

export interface DataDefinition {
  readonly manifest: KeyManifest;
  readonly tables: readonly DataTable[];
  readonly assumptions: DataAssumptions;
}

export interface DataKey {
  readonly definition: DataDefinition;
  /** Both for a host's migration runner, each in one transaction, as the role that shall own the tables. */
  readonly up: string;
  readonly down: string;
  /** Markdown: tables, policies, how the tenant is set, what happens when row-level security is off. */
  readonly documentation: string;
  /**
   * To be awaited at boot, as the role the application queries with: the live catalogue is as assumed.
   * Throws RuntimeError `assumptions_broken`, saying what and how to mend it; the host must not serve then.
   * Rejects as the driver does when the catalogue cannot be read.
   */
  checkAssumptions(sql: Sql): Promise<void>;
}
