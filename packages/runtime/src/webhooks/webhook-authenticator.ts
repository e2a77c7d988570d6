import type { Authenticator } from "../authenticator.ts";

/** An authenticator whose principals carry a `delivery`; `routeKey` then needs `replay`. */
export interface WebhookAuthenticator extends Authenticator {
  readonly kind: "webhook";
}
