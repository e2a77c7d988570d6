import type { Authenticator, KeyManifest, RuntimeHost, TenantResolver } from "@meterr/runtime";

/** What every route of this module is made with. */
export interface RouteParts {
  readonly host: RuntimeHost;
  readonly manifest: KeyManifest;
  readonly auth: Authenticator;
  readonly tenant: TenantResolver;
}

/** Requests per minute: a calculator is used by hand, and one text is counted at a time for everybody. */
export const COUNT_LIMIT = { address: { points: 120, seconds: 60 }, tenant: { points: 240, seconds: 60 } };
