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
import { listEntries } from "./handlers/list-entries.ts";
import { readHead } from "./handlers/read-head.ts";
import { verifyEntries } from "./handlers/verify.ts";
import type { SignHead, VerifyHead } from "./ports.ts";

export interface AuditLogOptions {
  readonly host: RuntimeHost;
  /** Takes sessions, JWTs and API tokens, as key.json says. */
  readonly auth: Authenticator;
  /** Who may read the log; in Meterr `permit("audit_log.read")`. */
  readonly authorize: Authorize;
  readonly signHead: SignHead;
  readonly verifyHead: VerifyHead;
}

/** The module's routes, ready to mount. Throws RuntimeError when key.json and the routes disagree. */
export function createAuditLog(options: AuditLogOptions): KeyModule {
  const { host, auth, authorize } = options;
  const manifest = parseManifest(manifestJson);
  const parts = { host, manifest, auth, authorize, tenant: memberTenant() };
  return keyModule({
    manifest,
    routes: [listEntries(parts), readHead(parts, options), verifyEntries(parts, options)],
  });
}
