import { describeFailure, type IdentityFailure } from "./failure.ts";
import type { LibraryMail } from "./library/library-options.ts";

/** A mail to one person. `link` is single-use and expires: it is a credential until then. */
export interface IdentityMail {
  readonly purpose: "reset-password" | "verify-email";
  readonly to: string;
  readonly link: string;
}

export type SendMail = (mail: IdentityMail) => Promise<void>;

/**
 * Sends in the background. The links lead to the dashboard's own pages, with the token in the fragment, which
 * browsers send neither to servers nor in a Referer.
 */
export function mailer(sendMail: SendMail, origin: string, failed: (failure: IdentityFailure) => void): LibraryMail {
  const send = (mail: IdentityMail): void => {
    void Promise.resolve(mail)
      .then(sendMail)
      .catch((error: unknown) => failed(describeFailure("identity_mail_failure", error)));
  };
  const link = (page: string, token: string): string => `${origin}/${page}#token=${encodeURIComponent(token)}`;
  return {
    reset: (to, token) => send({ purpose: "reset-password", to, link: link("reset-password", token) }),
    verify: (to, token) => send({ purpose: "verify-email", to, link: link("verify-email", token) }),
  };
}
