import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";

/** What this process counts about itself; labels are closed sets, never a model, key or organisation. */
export class GatewayMetrics {
  readonly registry = new Registry();
  readonly #calls = new Counter({
    name: "meterr_gateway_calls_total",
    help: "Calls dispatched, by provider and how they ended.",
    labelNames: ["provider", "outcome", "usage_source"] as const,
    registers: [this.registry],
  });
  readonly #refusals = new Counter({
    name: "meterr_gateway_refusals_total",
    help: "Calls the gateway answered itself, by code.",
    labelNames: ["provider", "code"] as const,
    registers: [this.registry],
  });
  readonly #ttfb = new Histogram({
    name: "meterr_gateway_upstream_ttfb_seconds",
    help: "Time from dispatch to the provider's response head.",
    labelNames: ["provider"] as const,
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120],
    registers: [this.registry],
  });

  constructor(gauges: { running: () => number; unsettled: () => number }) {
    collectDefaultMetrics({ register: this.registry });
    this.#gauge("meterr_gateway_running_calls", "Calls between dispatch and settlement.", gauges.running);
    this.#gauge("meterr_gateway_unsettled_calls", "Calls that ended and wait for the ledger.", gauges.unsettled);
  }

  #gauge(name: string, help: string, read: () => number): Gauge {
    const collect = function (this: Gauge): void {
      this.set(read());
    };
    return new Gauge({ name, help, registers: [this.registry], collect });
  }

  refused(provider: string, code: string): void {
    this.#refusals.inc({ provider, code });
  }

  settled(provider: string, outcome: string, usageSource: string, ttfbMs: number | null): void {
    this.#calls.inc({ provider, outcome, usage_source: usageSource });
    if (ttfbMs !== null) this.#ttfb.observe({ provider }, ttfbMs / 1000);
  }
}
