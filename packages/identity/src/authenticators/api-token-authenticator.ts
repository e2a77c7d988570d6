import { apiToken, type Authenticator, type Membership } from "@meterr/runtime";
import { hashToken, parseToken } from "@meterr/vault";

/** What the database says of a live API token whose member is a member still. */
export interface FoundApiToken {
  readonly id: string;
  readonly label: string;
  readonly expiresAt: Date | null;
  readonly membership: Membership;
}

/**
 * `Authorization: Bearer mtr_api_…`. Form and checksum are checked first, so that guesses cost no look-up; `find`
 * gets the SHA-256 of the whole token. The token acts in its member's one organisation, with the role the
 * member has now.
 */
export function apiTokenAuthenticator(options: { find(hash: Buffer): Promise<FoundApiToken | null> }): Authenticator {
  return apiToken({
    prefix: "mtr_api_",
    async find(token) {
      if (parseToken(token)?.kind !== "api") return null;
      const found = await options.find(hashToken(token));
      return found === null ? null : { ...found, memberships: [found.membership] };
    },
  });
}
