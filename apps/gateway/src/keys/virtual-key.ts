import type { ProviderName } from "../fronts/front.ts";

/** Where one provider's calls of a virtual key go. `providerSecretId` null: the sandbox's own credential. */
export interface ProviderBinding {
  readonly providerSecretId: string | null;
  readonly version: number | null;
  readonly destination: string | null;
  readonly simulated: boolean;
  readonly revoked: boolean;
}

/** A virtual key as the gateway knows it. */
export interface VirtualKey {
  readonly orgId: string;
  readonly id: string;
  readonly mode: "live" | "test";
  readonly memberId: string;
  readonly allowedModels: readonly string[] | null;
  readonly allowedOrigins: readonly string[] | null;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number | null;
  readonly revoked: boolean;
  readonly suspended: boolean;
  /** Whether any budget binds it: what cannot be bounded is then refused. */
  readonly limited: boolean;
  readonly providers: ReadonlyMap<ProviderName, ProviderBinding>;
}
