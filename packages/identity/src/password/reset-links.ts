import { randomBytes } from "node:crypto";
import { IdentityError } from "../errors.ts";

/** Handed over by a person, at once: shorter than what waits in a mailbox. Milliseconds. */
const LIFE = 15 * 60 * 1000;

export interface ResetLink {
  readonly userId: string;
  /** Holds the token, in the part of an address that browsers send nowhere: a credential until it is used or over. */
  readonly link: string;
  readonly expiresAt: Date;
}

export interface ResetLinkParts {
  readonly origin: string;
  now(): Date;
  findUser(email: string): Promise<{ readonly id: string } | null>;
  endLinksOf(userId: string): Promise<void>;
  /** Keeps a verification as the library does for its own links, its identifier hashed. */
  keep(verification: { identifier: string; value: string; expiresAt: Date }): Promise<void>;
}

/** Makes what the library's own request for a reset makes, for whoever runs the machine in place of a mailbox. */
export function resetLinks(parts: ResetLinkParts): (email: string) => Promise<ResetLink> {
  return async (email) => {
    const user = await parts.findUser(email);
    if (user === null) throw new IdentityError("user_not_found");
    const token = randomBytes(32).toString("base64url");
    const expiresAt = new Date(parts.now().getTime() + LIFE);
    await parts.endLinksOf(user.id);
    await parts.keep({ identifier: `reset-password:${token}`, value: user.id, expiresAt });
    return { userId: user.id, link: `${parts.origin}/reset-password#token=${token}`, expiresAt };
  };
}
