import type { LimitRecord } from "./gates/limit-rate.ts";
import type { ValidInput } from "./gates/read-input.ts";
import type { Target } from "./path/split-target.ts";
import type { Principal } from "./principal.ts";
import type { VerifiedTenant } from "./tenant/verified-tenant.ts";

/** What the gates have established. */
export interface Admitted {
  readonly request: Request;
  readonly requestId: string;
  readonly target: Target;
  readonly address: string;
  readonly now: Date;
  readonly principal: Principal | null;
  readonly tenant: VerifiedTenant | null;
  readonly input: ValidInput;
  readonly limits: readonly LimitRecord[];
  rawBody(): Promise<Uint8Array>;
}
