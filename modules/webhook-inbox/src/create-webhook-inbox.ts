import {
  keyModule,
  memberTenant,
  parseManifest,
  type Authenticator,
  type Authorize,
  type KeyModule,
  type RuntimeHost,
} from "@meterr/runtime";
import manifestJson from "../key.json" with { type: "json" };
import { getDelivery } from "./handlers/get-delivery.ts";
import { listDeliveries } from "./handlers/list-deliveries.ts";
import { receive } from "./handlers/receive.ts";
import { replayDelivery } from "./handlers/replay-delivery.ts";
import type { ProcessDelivery } from "./inbox-delivery.ts";
import type { InboxRules } from "./route-parts.ts";
import { sourceAuthenticator, type WebhookSource } from "./source-authenticator.ts";

export interface WebhookInboxOptions {
  readonly host: RuntimeHost;
  readonly sources: readonly WebhookSource[];
  readonly process: ProcessDelivery;
  /** Takes sessions, JWTs and API tokens, as key.json says. */
  readonly auth: Authenticator;
  /** Who may see what arrived: payloads are your customers' data. */
  readonly authorizeRead: Authorize;
  /** Who may run a delivery again. */
  readonly authorizeReplay: Authorize;
  /** Days a delivery is kept, 1 to 365. Default 30. Its claim is kept at least as long. */
  readonly retentionDays?: number;
  /** Bytes of the largest payload taken, up to 1 MiB. Default 256 KiB. */
  readonly maxPayloadBytes?: number;
  /** Milliseconds the host's code may take, up to 30 s. Default 8 s, within GitHub's 10 s. */
  readonly timeoutMs?: number;
}

/** The module's routes, ready to mount. Throws a TypeError on unfit options, RuntimeError when key.json and the routes disagree. */
export function createWebhookInbox(options: WebhookInboxOptions): KeyModule {
  const { host, auth, authorizeRead, authorizeReplay } = options;
  const manifest = parseManifest(manifestJson);
  const rules: InboxRules = {
    process: options.process,
    retentionDays: whole("retentionDays", options.retentionDays ?? 30, 365),
    maxPayloadBytes: whole("maxPayloadBytes", options.maxPayloadBytes ?? 256 * 1024, 1024 * 1024),
    timeoutMs: whole("timeoutMs", options.timeoutMs ?? 8_000, 30_000),
  };
  const parts = { host, manifest, tenant: memberTenant() };
  const reading = { ...parts, auth, authorize: authorizeRead };
  return keyModule({
    manifest,
    routes: [
      receive(parts, sourceAuthenticator(options.sources), rules),
      listDeliveries(reading),
      getDelivery(reading),
      replayDelivery({ ...parts, auth, authorize: authorizeReplay }, rules),
    ],
  });
}

function whole(name: string, value: number, most: number): number {
  if (!Number.isInteger(value) || value < 1 || value > most) throw new TypeError(`${name} must be 1 to ${most}.`);
  return value;
}
