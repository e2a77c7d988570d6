export { publicAccess } from "./authenticator.ts";
export type { AuthenticationIo, Authenticator, PublicAccess } from "./authenticator.ts";
export type {
  AuditEntry,
  AuditEvent,
  Failure,
  LimitRule,
  LimitVerdict,
  RateLimiter,
  RuntimeHost,
  Sql,
} from "./host.ts";
export { reportTo } from "./events/report-to.ts";
export { emitEvent, safeEvent } from "./events/safe-event.ts";
export type { EventFields, Events, SafeEvent } from "./events/safe-event.ts";
export { keyModule } from "./key-module.ts";
export type { KeyModule } from "./key-module.ts";
export type { KeyModuleParts, KeyPart } from "./key-parts.ts";
export { keyManifestSchema, MANIFEST_VERSIONS } from "./manifest/key-manifest.ts";
export type { DeclaredJob, ExposedRoute, KeyManifest } from "./manifest/key-manifest.ts";
export { parseManifest } from "./manifest/parse-manifest.ts";
export type { Membership, Principal, PrincipalKind, Visibility } from "./principal.ts";
export { PROBLEM_CODES } from "./problem-codes.ts";
export type { ProblemCode } from "./problem-codes.ts";
export { Problem } from "./problem.ts";
export type { FieldError, ProblemOptions } from "./problem.ts";
export { routeKey } from "./route-key.ts";
export type {
  Access,
  Authorize,
  GlobalContext,
  HandlerResult,
  Method,
  RouteContext,
  RouteDefinition,
  RouteInput,
  RouteKey,
  RouteLimits,
  RouteOptions,
  RouteRequest,
  TenantContext,
  Validated,
} from "./route.ts";
export { RuntimeError } from "./runtime-error.ts";
export type { RuntimeErrorCode } from "./runtime-error.ts";
export { globalScope, memberTenant } from "./tenant/tenant-scope.ts";
export type { GlobalScope, TenantResolver, TenantScope } from "./tenant/tenant-scope.ts";
export { isVerifiedTenant } from "./tenant/verified-tenant.ts";
export type { VerifiedTenant } from "./tenant/verified-tenant.ts";
export { expressHandler } from "./adapters/express-handler.ts";
export type { ExpressRequest } from "./adapters/express-handler.ts";
export { fastifyPlugin } from "./adapters/fastify-plugin.ts";
export type { FastifyScope } from "./adapters/fastify-plugin.ts";
export { honoHandler } from "./adapters/hono-handler.ts";
export type { HonoContext, HonoHandlerOptions } from "./adapters/hono-handler.ts";
export { nextAppRouter } from "./adapters/next-app-router.ts";
export type { NextAppRouterOptions, RouteHandlers } from "./adapters/next-app-router.ts";
export { nextPagesHandler } from "./adapters/next-pages-handler.ts";
export { NODE_SERVER_LIMITS, nodeListener } from "./adapters/node-listener.ts";
export type { NodeListenerOptions } from "./adapters/node-listener.ts";
export type { NodeIncoming, NodeOutgoing } from "./adapters/node-message.ts";
export type { NodeHandlerOptions } from "./adapters/node-serve.ts";
export { peerAddress } from "./adapters/peer-address.ts";
export { trustedProxies } from "./address/trusted-proxies.ts";
export type { TrustedProxiesOptions } from "./address/trusted-proxies.ts";
export { problemResponse } from "./answer/problem-response.ts";
export type { ProblemDocument } from "./answer/problem-response.ts";
export { anyOf } from "./authenticators/any-of.ts";
export { apiToken } from "./authenticators/api-token.ts";
export type { ApiTokenOptions, ApiTokenRecord } from "./authenticators/api-token.ts";
export { jwt } from "./authenticators/jwt.ts";
export type { JwtOptions } from "./authenticators/jwt.ts";
export { session } from "./authenticators/session.ts";
export type { SessionOptions, SessionRecord } from "./authenticators/session.ts";
export { parseStrictJson } from "./body/strict-json.ts";
export { memoryRateLimiter } from "./limits/memory-rate-limiter.ts";
export type { MemoryRateLimiterOptions } from "./limits/memory-rate-limiter.ts";
export { mount } from "./mount.ts";
export type { Mounted } from "./mount.ts";
export { serviceAccount } from "./tenant/service-account.ts";
export type { ServiceAccount, ServiceAccountOptions } from "./tenant/service-account.ts";
export { MAX_SECRET_BYTES, Secret } from "./secret/secret.ts";
export type { SecretConstructor } from "./secret/secret.ts";
export { systemClock } from "./clock/clock.ts";
export type { Clock } from "./clock/clock.ts";
export type { BackoffRule } from "./integrations/backoff.ts";
export type { CircuitRule, CircuitState } from "./integrations/circuit.ts";
export { integrationKey } from "./integrations/integration-key.ts";
export { IntegrationError } from "./integrations/integration-error.ts";
export type { IntegrationErrorOptions, IntegrationReason } from "./integrations/integration-error.ts";
export type {
  CallOptions,
  Integration,
  IntegrationFetch,
  IntegrationIo,
  IntegrationOptions,
  IntegrationSecrets,
} from "./integrations/integration.ts";
export { sqlIdentifier } from "./data/sql-identifier.ts";
export { enableTenantPolicies, removeTenantPolicies, TENANT_POLICIES } from "./data/tenant-policies.ts";
export type { EarlierState, TenantTable } from "./data/tenant-policies.ts";
export { supabaseClaim, TENANT_TYPES, transactionSetting } from "./data/tenant-source.ts";
export type { TenantSource, TenantType } from "./data/tenant-source.ts";
export { jobKey } from "./jobs/job-key.ts";
export { idempotencyKeysTable } from "./idempotency/idempotency-keys-table.ts";
export type { RuntimeTable, RuntimeTableOptions } from "./data/runtime-table.ts";
export { jobRunsTable } from "./jobs/job-runs-table.ts";
export type { JobRunsOptions, JobRunsTable } from "./jobs/job-runs-table.ts";
export type {
  JobContext,
  JobDefinition,
  JobHost,
  JobKey,
  JobOptions,
  JobReport,
  JobRunOptions,
  TenantIds,
  TenantReport,
} from "./jobs/job.ts";
export { allOf } from "./entitlements/all-of.ts";
export { cachedEntitlements } from "./entitlements/cached-entitlements.ts";
export type { CachedEntitlements, CachedEntitlementsOptions } from "./entitlements/cached-entitlements.ts";
export { isFeatureName } from "./entitlements/entitlement.ts";
export type { EntitlementCheck, EntitlementQuestion } from "./entitlements/entitlement.ts";
export { requireEntitlement } from "./entitlements/require-entitlement.ts";
export type { EntitlementOptions } from "./entitlements/require-entitlement.ts";
export { checkTenantTables } from "./data/check-tenant-tables.ts";
export { dataKey } from "./data/data-key.ts";
export { readTenantTables } from "./data/tenant-table-catalogue.ts";
export type { FoundPolicy, FoundRole, FoundTable } from "./data/tenant-table-catalogue.ts";
export type { DataAssumptions, DataDefinition, DataKey, DataOptions, DataTable, GlobalTable } from "./data/data.ts";
export { declaredEnvironment } from "./environment/declared-environment.ts";
export type { DeclaredEnvironment } from "./environment/declared-environment.ts";
export { describeAssumptions } from "./data/describe-assumptions.ts";
