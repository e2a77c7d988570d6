import type { WebhookAuthenticator } from "@meterr/runtime/webhooks";

/** Somebody who sends webhooks here, under a name of the host's. */
export interface WebhookSource {
  /** The last segment of the address given to the sender: lower-case letters, digits and hyphens, 48 at most. */
  readonly name: string;
  readonly auth: WebhookAuthenticator;
}

const NAME = /^[a-z][a-z0-9-]{0,47}$/;

/**
 * The authenticator of the source that the address names. Each has a secret of its own, so that what one may send is
 * no credential at another. Throws a TypeError on a name that is not plain or there twice, and without any source.
 */
export function sourceAuthenticator(sources: readonly WebhookSource[]): WebhookAuthenticator {
  const byName = new Map<string, WebhookAuthenticator>();
  for (const { name, auth } of sources) {
    if (!NAME.test(name) || byName.has(name)) throw new TypeError("A source needs a plain name of its own.");
    byName.set(name, auth);
  }
  if (byName.size === 0) throw new TypeError("An inbox needs a source.");
  const named = (request: Request): string => new URL(request.url).pathname.split("/").at(-1) ?? "";
  return {
    name: "webhook-inbox",
    kind: "webhook",
    presents: (request) => byName.get(named(request))?.presents(request) ?? false,
    async authenticate(request, io) {
      const source = named(request);
      const principal = await byName.get(source)?.authenticate(request, io);
      if (principal?.delivery === undefined) return null;
      // Claimed under the source's name: two sources of one sender are two inboxes.
      return { ...principal, delivery: { ...principal.delivery, sender: source } };
    },
  };
}
