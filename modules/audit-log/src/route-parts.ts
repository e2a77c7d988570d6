import type { Authenticator, Authorize, KeyManifest, RuntimeHost, TenantResolver } from "@meterr/runtime";

/** What every route of this module is made with. */
export interface RouteParts {
  readonly host: RuntimeHost;
  readonly manifest: KeyManifest;
  readonly auth: Authenticator;
  readonly authorize: Authorize;
  readonly tenant: TenantResolver;
}

/** Requests per minute. A verification reads the whole log, so it is asked for rarely. */
export const READ_LIMIT = { address: { points: 600, seconds: 60 }, tenant: { points: 1200, seconds: 60 } };
export const HEAD_LIMIT = { address: { points: 120, seconds: 60 }, tenant: { points: 120, seconds: 60 } };
export const VERIFY_LIMIT = { address: { points: 12, seconds: 60 }, tenant: { points: 12, seconds: 60 } };
