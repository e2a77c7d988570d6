import { reportTo } from "../events/report-to.ts";
import type { ServiceAccount } from "../tenant/service-account.ts";
import type { JobDefinition, JobHost, JobOptions } from "./job.ts";

/** A job as its runs need it. */
export interface JobPlan {
  readonly definition: JobDefinition;
  readonly host: JobHost;
  readonly serviceAccount: ServiceAccount;
  readonly delayMs: JobOptions["retry"]["delayMs"];
  readonly tenants: JobOptions["tenants"];
  readonly handler: JobOptions["handler"];
}

/** One call of a job. */
export interface Run {
  readonly id: string;
  readonly at: Date;
  readonly key: string;
  readonly signal: AbortSignal;
}

/** Tells the host of a failure; a host that throws is not heard. */
export function reportFailure({ host, definition }: JobPlan, runId: string, error: unknown): void {
  reportTo(host, { error, requestId: runId, route: `job ${definition.name}` });
}
