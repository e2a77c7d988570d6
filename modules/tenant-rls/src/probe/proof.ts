import type { TenantSource, TenantTable } from "@meterr/runtime";

/** Only `proved` is safe: `unknown` says why it could not be told. */
export type Answer = "proved" | "violated" | "unknown";

export interface Probe {
  /** `catalogue`, `control`, `read`, `update`, `delete`, `plant`, `move` or `no tenant`. */
  readonly name: string;
  readonly answer: Answer;
  readonly reason: string;
}

export interface TableProof {
  readonly table: string;
  readonly probes: readonly Probe[];
}

export interface TenantRlsProof {
  /** Every probe of every table is proved, and there was one at least. */
  readonly proved: boolean;
  /** The role that was tried. */
  readonly role: string;
  readonly tables: readonly TableProof[];
}

export interface TableToProve extends TenantTable {
  /** As the plan has it: a partition the role has no right on is out of reach, and that is its proof. */
  readonly partitionOf?: string | null;
  /**
   * Columns of a row of this tenant, where the table needs more than can be made up: references, checks. Called with
   * each of the two tenants, more than once, so unique columns must differ by call.
   */
  sample?(tenantId: string): Readonly<Record<string, unknown>>;
}

export interface ProofOptions {
  readonly tables: readonly TableToProve[];
  readonly tenant: TenantSource;
  /** Two tenants. Real ones where tables refer to them; nothing of theirs is changed, all of it is rolled back. */
  readonly tenants: readonly [string, string];
  /** Taken on with `set local role` first, as Supabase's API takes on `authenticated`. Default: the connection's own. */
  readonly role?: string;
  /** For each statement. Default 5,000. */
  readonly statementMilliseconds?: number;
}
