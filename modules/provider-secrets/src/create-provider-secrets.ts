import {
  keyModule,
  memberTenant,
  parseManifest,
  type Authenticator,
  type KeyModule,
  type RuntimeHost,
} from "@meterr/runtime";
import manifestJson from "../key.json" with { type: "json" };
import { addProviderSecret } from "./handlers/add.ts";
import { getProviderSecret } from "./handlers/get.ts";
import { listProviderSecrets } from "./handlers/list.ts";
import { revokeProviderSecret } from "./handlers/revoke.ts";
import { rotateProviderSecret } from "./handlers/rotate.ts";
import type { DestinationPolicy, OrganisationKeys } from "./ports.ts";

export interface ProviderSecretsOptions {
  readonly host: RuntimeHost;
  readonly auth: Authenticator;
  readonly organisationKeys: OrganisationKeys;
  readonly destinations: DestinationPolicy;
  /** A new random UUID. */
  readonly newId: () => string;
}

/** The module's routes, ready to mount. Throws RuntimeError when key.json and the routes disagree. */
export function createProviderSecrets(options: ProviderSecretsOptions): KeyModule {
  const manifest = parseManifest(manifestJson);
  const common = { host: options.host, manifest, auth: options.auth, tenant: memberTenant() };
  return keyModule({
    manifest,
    routes: [
      listProviderSecrets(common),
      addProviderSecret(common, options),
      getProviderSecret(common),
      revokeProviderSecret(common),
      rotateProviderSecret(common, options),
    ],
  });
}
