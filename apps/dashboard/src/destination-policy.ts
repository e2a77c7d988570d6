import type { DestinationPolicy, Provider } from "@meterr/module-provider-secrets";

/** Providers' own addresses. */
const OWN: Record<Provider, string> = {
  openai: "https://api.openai.com/v1",
  anthropic: "https://api.anthropic.com",
  google: "https://generativelanguage.googleapis.com",
};

/**
 * What a secret may be sealed for: the provider's own address, one of the operator's allowed origins, or the sandbox,
 * which is sealed by name because its port may change. The gateway checks the same list again when it opens.
 */
export function destinationPolicy(
  sandboxAvailable: boolean,
  allowedDestinations: readonly string[],
): DestinationPolicy {
  const allowed = new Set(allowedDestinations.map((destination) => new URL(destination).origin));
  return {
    destinationFor(provider, requested, sandbox) {
      if (sandbox) return sandboxAvailable && requested === null ? `sandbox:${provider}` : null;
      if (requested === null) return OWN[provider];
      if (!URL.canParse(requested)) return null;
      const url = new URL(requested);
      if (url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "") return null;
      if (url.origin !== new URL(OWN[provider]).origin && !allowed.has(url.origin)) return null;
      return `${url.origin}${url.pathname.replace(/\/$/, "")}`;
    },
  };
}
