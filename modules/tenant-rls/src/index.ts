export { applyTenantRls } from "./apply-tenant-rls.ts";
export { createTenantRls } from "./create-tenant-rls.ts";
export { TenantRlsError } from "./errors.ts";
export type { TenantRlsErrorCode } from "./errors.ts";
export { planTenantRls } from "./plan/plan-tenant-rls.ts";
export type { PlannedTable, TableToSecure, TenantRlsPlan } from "./plan/plan.ts";
export { assertTenantRls } from "./probe/assert-tenant-rls.ts";
export { proveTenantRls } from "./probe/prove-tenant-rls.ts";
export type { Answer, Probe, ProofOptions, TableProof, TenantRlsProof } from "./probe/proof.ts";
