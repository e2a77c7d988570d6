import type { Authenticator, KeyManifest, RuntimeHost, TenantResolver } from "@meterr/runtime";

/** What every route of this module is made with. */
export interface RouteParts {
  readonly host: RuntimeHost;
  readonly manifest: KeyManifest;
  readonly auth: Authenticator;
  readonly tenant: TenantResolver;
}

/** Requests per minute. */
export const READ_LIMIT = { address: { points: 600, seconds: 60 }, tenant: { points: 1200, seconds: 60 } };
export const WRITE_LIMIT = { address: { points: 60, seconds: 60 }, tenant: { points: 120, seconds: 60 } };
