import type { Authenticator, Authorize, KeyManifest, RuntimeHost, TenantResolver } from "@meterr/runtime";
import type { ProcessDelivery } from "./inbox-delivery.ts";

/** What every route of this module is made with. */
export interface RouteParts {
  readonly host: RuntimeHost;
  readonly manifest: KeyManifest;
  readonly tenant: TenantResolver;
}

/** What the routes for people are made with. */
export interface MemberParts extends RouteParts {
  readonly auth: Authenticator;
  readonly authorize: Authorize;
}

/** What a delivery goes through. */
export interface InboxRules {
  readonly process: ProcessDelivery;
  readonly timeoutMs: number;
  readonly retentionDays: number;
  readonly maxPayloadBytes: number;
}

/** Requests per minute. A sender comes from few addresses and in bursts; refused ones come again. */
export const RECEIVE_LIMIT = { address: { points: 1200, seconds: 60 }, tenant: { points: 1200, seconds: 60 } };
export const READ_LIMIT = { address: { points: 600, seconds: 60 }, tenant: { points: 1200, seconds: 60 } };
export const REPLAY_LIMIT = { address: { points: 60, seconds: 60 }, tenant: { points: 60, seconds: 60 } };
