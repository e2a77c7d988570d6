import type { Authenticator } from "../authenticator.ts";
import type { Membership } from "../principal.ts";
import { bearerToken } from "./bearer-token.ts";

/** What the server's own records say of an API token. */
export interface ApiTokenRecord {
  /** The token's id, never the token. */
  readonly id: string;
  readonly label: string;
  /** Null: it does not expire. */
  readonly expiresAt: Date | null;
  readonly memberships: readonly Membership[];
}

export interface ApiTokenOptions {
  /** What every such token begins with. */
  readonly prefix: string;
  /** Hashes the whole token and looks it up; null when there is none. Throwing means "cannot tell" (503). */
  find(token: string): Promise<ApiTokenRecord | null>;
}

/** `Authorization: Bearer <prefix>…`. Throws a TypeError on an empty prefix, which would claim every token. */
export function apiToken(options: ApiTokenOptions): Authenticator {
  if (options.prefix === "") throw new TypeError("apiToken needs a prefix.");
  return {
    name: "api_token",
    kind: "api_token",
    presents: (request) => bearerToken(request)?.startsWith(options.prefix) ?? false,
    async authenticate(request, io) {
      const token = bearerToken(request);
      if (token === null || !token.startsWith(options.prefix)) return null;
      const found = await options.find(token);
      if (found === null) return null;
      if (found.expiresAt !== null && !(found.expiresAt.getTime() > io.now().getTime())) return null;
      return {
        kind: "api_token",
        id: found.id,
        label: found.label,
        memberships: found.memberships,
        credentialId: found.id,
      };
    },
  };
}
