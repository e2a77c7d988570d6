import {
  keyModule,
  memberTenant,
  parseManifest,
  type Authenticator,
  type KeyModule,
  type RuntimeHost,
} from "@meterr/runtime";
import manifestJson from "../key.json" with { type: "json" };
import { listModelPrices } from "./handlers/list.ts";
import { setModelPrice } from "./handlers/set.ts";

export interface ModelPricesOptions {
  readonly host: RuntimeHost;
  readonly auth: Authenticator;
  /** A new random UUID, for the name of a version. */
  readonly newId: () => string;
}

/** The module's routes, ready to mount. Throws RuntimeError when key.json and the routes disagree. */
export function createModelPrices(options: ModelPricesOptions): KeyModule {
  const manifest = parseManifest(manifestJson);
  const parts = { host: options.host, manifest, auth: options.auth, tenant: memberTenant() };
  return keyModule({ manifest, routes: [listModelPrices(parts), setModelPrice(parts, options)] });
}
