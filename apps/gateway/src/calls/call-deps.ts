import type { Ledger, SettlementQueue } from "@meterr/ledger";
import type { TokenCounter } from "@meterr/metering";
import type { Outbound } from "@meterr/outbound";
import type { RevocationWatch } from "../keys/revocation-watch.ts";
import type { VirtualKeyCache } from "../keys/virtual-key-cache.ts";
import type { GatewayMetrics } from "../metrics.ts";
import type { PriceBook } from "../prices/price-book.ts";
import type { Destinations } from "../provider-secrets/destinations.ts";
import type { ProviderSecretCache } from "../provider-secrets/provider-secret-cache.ts";
import type { GatewaySettings } from "../settings.ts";
import type { RunningCalls } from "./running-calls.ts";

/** Everything a call needs, made once in main.ts. */
export interface CallDeps {
  readonly settings: GatewaySettings;
  readonly keys: VirtualKeyCache;
  readonly watch: RevocationWatch;
  readonly secrets: ProviderSecretCache;
  readonly destinations: Destinations;
  readonly prices: PriceBook;
  readonly ledger: Ledger;
  readonly settlements: SettlementQueue;
  readonly counter: TokenCounter;
  readonly outbound: Outbound;
  readonly running: RunningCalls;
  readonly metrics: GatewayMetrics;
  /** Milliseconds since the epoch. */
  now(): number;
  report(error: unknown): void;
}
