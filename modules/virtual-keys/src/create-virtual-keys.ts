import {
  keyModule,
  memberTenant,
  parseManifest,
  type Authenticator,
  type KeyModule,
  type RuntimeHost,
} from "@meterr/runtime";
import manifestJson from "../key.json" with { type: "json" };
import { getVirtualKey } from "./handlers/get.ts";
import { listVirtualKeys } from "./handlers/list.ts";
import { mintVirtualKey } from "./handlers/mint.ts";
import { revokeVirtualKey } from "./handlers/revoke.ts";
import { updateVirtualKey } from "./handlers/update.ts";

export interface VirtualKeysOptions {
  readonly host: RuntimeHost;
  readonly auth: Authenticator;
  /** A new random UUID. */
  readonly newId: () => string;
  /** Cryptographically strong random bytes, for the key itself. */
  readonly randomBytes: (size: number) => Uint8Array;
  /** Whether this installation has a sandbox, without which test mode cannot be offered. */
  readonly sandboxAvailable: boolean;
}

/** The module's routes, ready to mount. Throws RuntimeError when key.json and the routes disagree. */
export function createVirtualKeys(options: VirtualKeysOptions): KeyModule {
  const manifest = parseManifest(manifestJson);
  const parts = { host: options.host, manifest, auth: options.auth, tenant: memberTenant() };
  return keyModule({
    manifest,
    routes: [
      listVirtualKeys(parts),
      mintVirtualKey(parts, options),
      getVirtualKey(parts),
      updateVirtualKey(parts, options),
      revokeVirtualKey(parts),
    ],
  });
}
