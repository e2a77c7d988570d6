import type { AuditEvent, RuntimeHost, Sql } from "../host.ts";
import type { KeyManifest } from "../manifest/key-manifest.ts";
import type { ServiceAccount } from "../tenant/service-account.ts";
import type { VerifiedTenant } from "../tenant/verified-tenant.ts";

/** The part of a host a job needs; a `RuntimeHost` fits. */
export type JobHost = Pick<RuntimeHost, "withTenant" | "now" | "audit" | "report" | "onEvent">;

/** One call of a job. */
export interface JobRunOptions {
  /** The instant the run is for, as a scheduler has it. Default: the host's clock. */
  readonly at?: Date;
  /** Ends the run: the tenant under way is rolled back, the rest are not started. */
  readonly signal?: AbortSignal;
}

export interface JobContext {
  readonly tenant: VerifiedTenant;
  /** This tenant's transaction, open since before the handler: make no outbound call between its queries. */
  readonly sql: Sql;
  /** The instant the run is for. */
  readonly at: Date;
  /** The host's clock, read for this attempt. */
  readonly now: Date;
  /** UUID of the run; the request id of its audit entries. */
  readonly runId: string;
  /** Begins with the tenant and the job: fit to hand to another service as its idempotency key. */
  readonly idempotencyKey: string;
  /** 1 for the first. */
  readonly attempt: number;
  /** Aborts at the timeout and when the run is ended. What a handler does afterwards is not kept. */
  readonly signal: AbortSignal;
  /** Appends to the audit log in the same transaction; a failure rolls the effect back, caught or not. */
  audit(event: AuditEvent): Promise<void>;
}

export interface JobOptions {
  readonly host: JobHost;
  /** Declares the job under `jobs`, and `job_runs` under `tables`. */
  readonly manifest: KeyManifest;
  /** For example `invoices.reconcile`; also the scope the service account needs. */
  readonly name: string;
  readonly serviceAccount: ServiceAccount;
  /**
   * The ids of the tenants to run for, at once or page by page; each page may take as long as one turn. Each id is
   * verified through the service account before anything of it is touched.
   */
  tenants(run: { readonly at: Date; readonly signal: AbortSignal }): TenantIds | Promise<TenantIds>;
  /** What makes two runs the same, for example the day: 1 to 200 printable ASCII characters without spaces. */
  idempotencyKey(run: { readonly at: Date }): string;
  /** For each attempt of each tenant, 1 to 86,400,000 ms. */
  readonly timeout: { readonly milliseconds: number };
  /** Only failures that say they may pass (`retryable`, a lost connection, a deadlock) are tried again. */
  readonly retry: {
    /** Attempts in all, 1 to 10. */
    readonly attempts: number;
    /** Milliseconds to wait after the attempt of this number. */
    delayMs(attempt: number): number;
  };
  handler(context: JobContext): Promise<void>;
}

export type TenantIds = Iterable<string> | AsyncIterable<string>;

/**
 * What happened to one tenant.
 *
 * `done` its effect and its record are committed · `already_done` by an earlier run of this key, nothing was done now ·
 * `in_progress` another runner has it · `refused` the account has expired, lacks the scope or no longer serves it ·
 * `failed`, `timed_out` rolled back, recorded, and tried again by the next run of this key ·
 * `interrupted` the run was ended before or in its turn: rolled back, unless its commit was already under way.
 */
export interface TenantReport {
  /** Empty for an entry of the list that is no id; it has failed with `tenant_required`. */
  readonly tenantId: string;
  readonly outcome: "done" | "already_done" | "in_progress" | "refused" | "failed" | "timed_out" | "interrupted";
  /** 0 when the handler's transaction was never begun. */
  readonly attempts: number;
  /** A stable code, never a message. Null unless refused, failed or timed out. */
  readonly code: string | null;
  /** False when the failure could not be written to `job_runs` either. */
  readonly recorded: boolean;
}

/**
 * What happened to a run. `done`: every tenant is done. `incomplete`: the run came to its end and some are not.
 * `interrupted`: it was ended before. `failed`: tenants could not be listed, or the run could not begin.
 */
export interface JobReport {
  readonly job: string;
  readonly runId: string;
  readonly idempotencyKey: string | null;
  readonly at: Date | null;
  readonly outcome: "done" | "incomplete" | "interrupted" | "failed";
  readonly code: string | null;
  readonly tenants: readonly TenantReport[];
}

export interface JobDefinition {
  readonly manifest: KeyManifest;
  readonly name: string;
  readonly serviceAccount: Pick<ServiceAccount, "id" | "issuer">;
  readonly timeoutMs: number;
  readonly attempts: number;
}

/** Runs the job. Never rejects: what went wrong stands in the report, and the host is told of each failure. */
export type JobKey = ((run?: JobRunOptions) => Promise<JobReport>) & { readonly definition: JobDefinition };
