import {
  globalScope,
  keyModule,
  memberTenant,
  parseManifest,
  publicAccess,
  type Authenticator,
  type KeyModule,
  type RuntimeHost,
  type Sql,
} from "@meterr/runtime";
import manifestJson from "../key.json" with { type: "json" };
import { acceptInvitation } from "./handlers/accept-invitation.ts";
import { changeRole } from "./handlers/change-role.ts";
import { completeSetup } from "./handlers/complete-setup.ts";
import { inviteMember } from "./handlers/invite-member.ts";
import { joinSignedIn } from "./handlers/join-signed-in.ts";
import { listApiTokens } from "./handlers/list-api-tokens.ts";
import { listMembers } from "./handlers/list-members.ts";
import { mintApiToken } from "./handlers/mint-api-token.ts";
import { removeMember } from "./handlers/remove-member.ts";
import { revokeApiToken } from "./handlers/revoke-api-token.ts";
import { revokeInvitation } from "./handlers/revoke-invitation.ts";
import { setupState } from "./handlers/setup-state.ts";
import { whoAmI } from "./handlers/who-am-i.ts";
import type { Users } from "./ports.ts";

export interface MembersOptions {
  readonly host: RuntimeHost;
  /** Of the kinds key.json names: session, JWT and API token. */
  readonly auth: Authenticator;
  /** The dashboard's connections outside any tenant: only narrow functions and the instance's row are asked of it. */
  readonly lookup: Sql;
  readonly users: Users;
  /** A new random UUID. */
  readonly newId: () => string;
  /** Cryptographically strong random bytes, for API tokens and invitations. */
  readonly randomBytes: (size: number) => Uint8Array;
}

/** The module's routes, ready to mount. Throws RuntimeError when key.json and the routes disagree. */
export function createMembers(options: MembersOptions): KeyModule {
  const manifest = parseManifest(manifestJson);
  const { host, auth } = options;
  const member = { host, manifest, auth, tenant: memberTenant() };
  const anywhere = { host, manifest, auth, tenant: globalScope(manifest.global_reason ?? "") };
  const anybody = { ...anywhere, auth: publicAccess(manifest.public_reason ?? "") };
  return keyModule({
    manifest,
    routes: [
      setupState(anybody, options),
      completeSetup(anybody, options),
      whoAmI(anywhere, options),
      listMembers(member),
      inviteMember(member, options),
      changeRole(member),
      removeMember(member),
      acceptInvitation(anybody, options),
      joinSignedIn(anywhere, options),
      revokeInvitation(member),
      listApiTokens(member),
      mintApiToken(member, options),
      revokeApiToken(member),
    ],
  });
}
