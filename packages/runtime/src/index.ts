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
export { keyModule } from "./key-module.ts";
export type { KeyModule } from "./key-module.ts";
export { keyManifestSchema } from "./manifest/key-manifest.ts";
export type { ExposedRoute, KeyManifest } from "./manifest/key-manifest.ts";
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
