import type { Authenticator } from "../authenticator.ts";
import type { Membership } from "../principal.ts";
import { Problem } from "../problem.ts";
import { cookieValues } from "./cookie-values.ts";

/** What the server's own records say of a session. */
export interface SessionRecord {
  /** The session's id, never its token. */
  readonly id: string;
  readonly userId: string;
  readonly label: string;
  readonly expiresAt: Date;
  readonly memberships: readonly Membership[];
}

export interface SessionOptions {
  /** The cookie's exact name. */
  readonly cookie: string;
  /** Looks the cookie's value up; null when there is no such session. Throwing means "cannot tell" (503). */
  find(token: string): Promise<SessionRecord | null>;
}

const MAX_COOKIE_LENGTH = 4096;

/** A browser session. Browsers attach its cookie by themselves, so every write must also prove it comes from the site. */
export function session(options: SessionOptions): Authenticator {
  return {
    name: "session",
    kind: "session",
    presents: (request) => cookieValues(request, options.cookie).length > 0,
    async authenticate(request, io) {
      const values = cookieValues(request, options.cookie);
      const token = values[0];
      if (token === undefined || token === "" || token.length > MAX_COOKIE_LENGTH) return null;
      if (values.some((value) => value !== token)) throw new Problem("credential_conflict");
      const found = await options.find(token);
      // Written so that an invalid date counts as expired.
      if (found === null || !(found.expiresAt.getTime() > io.now().getTime())) return null;
      return {
        kind: "session",
        id: found.userId,
        label: found.label,
        memberships: found.memberships,
        credentialId: found.id,
      };
    },
  };
}
