import {
  keyModule,
  memberTenant,
  parseManifest,
  type Authenticator,
  type KeyModule,
  type RuntimeHost,
} from "@meterr/runtime";
import manifestJson from "../key.json" with { type: "json" };
import { listEvents } from "./handlers/list-events.ts";
import { listRefusals } from "./handlers/list-refusals.ts";
import { reportUsage } from "./handlers/report.ts";
import { summarise } from "./handlers/summarise.ts";

export interface UsageTrackingOptions {
  readonly host: RuntimeHost;
  readonly auth: Authenticator;
  /** A new random UUID. */
  readonly newId: () => string;
}

/** The module's routes, ready to mount. Throws RuntimeError when key.json and the routes disagree. */
export function createUsageTracking(options: UsageTrackingOptions): KeyModule {
  const manifest = parseManifest(manifestJson);
  const parts = { host: options.host, manifest, auth: options.auth, tenant: memberTenant() };
  return keyModule({
    manifest,
    routes: [listEvents(parts), listRefusals(parts), summarise(parts), reportUsage(parts, options)],
  });
}
