import type { Principal } from "../principal.ts";

/** Allows verified webhooks and nobody else: what a webhook route passes as `authorize`. */
export function fromWebhook({ principal }: { readonly principal: Principal }): boolean {
  return principal.kind === "webhook";
}
