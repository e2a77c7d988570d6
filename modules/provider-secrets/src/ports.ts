import type { SealingKey } from "@meterr/vault";

/** A place a provider's secret may be sent: a base URL, or the sandbox by name. */
export interface DestinationPolicy {
  /**
   * The destination to bind a new secret to, in its one canonical form; null when it is not allowed.
   * `requested` is null for the provider's own address.
   */
  destinationFor(provider: Provider, requested: string | null, sandbox: boolean): string | null;
}

export type Provider = "openai" | "anthropic" | "google";

/** The key service, as far as sealing goes: it hands out public keys and never a secret. */
export interface OrganisationKeys {
  /**
   * The organisation's current public key, signature verified, made when there is none yet.
   * Rejects when the key service does not answer. With an Idempotency-Key the request's transaction is open by then,
   * so an implementation keeps the key it verified for a while and gives up within seconds.
   */
  currentSealingKey(orgId: string): Promise<SealingKey>;
}
