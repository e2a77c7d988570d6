import {
  keyModule,
  memberTenant,
  parseManifest,
  type Authenticator,
  type KeyModule,
  type RuntimeHost,
} from "@meterr/runtime";
import manifestJson from "../key.json" with { type: "json" };
import { countText } from "./handlers/count.ts";
import type { TextCounter } from "./ports.ts";

export interface TokenCountOptions {
  readonly host: RuntimeHost;
  readonly auth: Authenticator;
  /** Shared by the process; its deadline bounds how long an answer takes. */
  readonly counter: TextCounter;
}

/** The module's route, ready to mount. Throws RuntimeError when key.json and the route disagree. */
export function createTokenCount(options: TokenCountOptions): KeyModule {
  const { host, auth } = options;
  const manifest = parseManifest(manifestJson);
  return keyModule({ manifest, routes: [countText({ host, manifest, auth, tenant: memberTenant() }, options)] });
}
