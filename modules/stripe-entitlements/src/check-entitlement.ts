import {
  emitEvent,
  isFeatureName,
  systemClock,
  type EntitlementCheck,
  type RuntimeHost,
  type VerifiedTenant,
} from "@meterr/runtime";
import { StripeEntitlementsError } from "./errors.ts";
import type { StripeEntitlementsOptions } from "./options.ts";
import { loadStripe } from "./stripe/stripe-library.ts";
import type { AskStripe } from "./stripe/stripe-integration.ts";

interface Row {
  readonly customer_id: string;
  readonly generation: string;
  readonly features: readonly string[] | null;
  readonly read_at: Date | null;
}

interface Reading {
  readonly answer: Promise<readonly string[] | null>;
  failedAt: number | null;
}

const READ = "select customer_id, generation, features, read_at from stripe_customers where org_id = $1";
// Only while no event has come in since the row was read.
const STORE =
  "update stripe_customers set features = $4, read_at = $5" +
  " where org_id = $1 and customer_id = $2 and generation = $3::bigint returning org_id";

const CACHE_SECONDS = 60;
const MAX_CACHE_SECONDS = 300;
/** How long a reading that failed stands for its tenant's next one. */
const FAILED_MS = 2_000;
const MAX_READINGS_KEPT = 1_000;
/** Readings of Stripe for one question: an event in the middle of the first makes a second necessary. */
const MAX_READINGS = 2;

/**
 * Whether a tenant's customer has a feature, by Stripe's own word or one at most `cacheSeconds` old without an event
 * since. A tenant without a customer has none. Rejects, which denies, when the database or Stripe cannot tell.
 */
export function entitlementCheck(
  host: RuntimeHost,
  askStripe: AskStripe,
  options: Pick<StripeEntitlementsOptions, "cacheSeconds" | "clock" | "events" | "library">,
): EntitlementCheck {
  const { cacheSeconds = CACHE_SECONDS, events, library = loadStripe, clock = systemClock() } = options;
  if (!(cacheSeconds >= 1 && cacheSeconds <= MAX_CACHE_SECONDS)) {
    throw new RangeError(`stripe-entitlements: cacheSeconds must be 1 to ${MAX_CACHE_SECONDS}.`);
  }
  /** Asks Stripe, and keeps the answer unless an event has come in meanwhile; then it is null. */
  const read = async (tenant: VerifiedTenant, row: Row): Promise<readonly string[] | null> => {
    const at = host.now();
    // No transaction is held open meanwhile.
    const features = await askStripe({ customer: row.customer_id, library: await library() });
    const values = [tenant.id, row.customer_id, row.generation, features, at];
    const stored = await host.withTenant(tenant, async (sql) => (await sql.query(STORE, values)).rows.length === 1);
    emitEvent(events, {
      event: "entitlements.read",
      module: "stripe-entitlements",
      tenant_id: tenant.id,
      count: features.length,
      outcome: stored ? "stored" : "outdated",
    });
    return stored ? features : null;
  };

  const readings = new Map<string, Reading>();
  /** A burst of requests asks Stripe once, and a tenant for whom Stripe fails does not use up everybody's limit. */
  const readOnce = (tenant: VerifiedTenant, row: Row): Promise<readonly string[] | null> => {
    const name = [tenant.id, row.customer_id, row.generation].join(" ");
    const begun = readings.get(name);
    if (begun !== undefined && !isOver(begun, clock.elapsed())) return begun.answer;
    if (readings.size >= MAX_READINGS_KEPT) {
      for (const [other, reading] of readings) if (isOver(reading, clock.elapsed())) readings.delete(other);
    }
    const reading: Reading = { answer: read(tenant, row), failedAt: null };
    readings.set(name, reading);
    reading.answer.then(
      () => readings.delete(name),
      () => void (reading.failedAt = clock.elapsed()),
    );
    return reading.answer;
  };

  return async ({ tenant, feature, signal }) => {
    if (!isFeatureName(feature)) return false;
    for (let tries = 0; tries < MAX_READINGS; tries++) {
      const row = await host.withTenant(tenant, async (sql) => (await sql.query<Row>(READ, [tenant.id])).rows[0]);
      if (row === undefined) return false;
      const age = host.now().getTime() - (row.read_at?.getTime() ?? Number.NaN);
      // A time ahead of ours is a clock that was set back, and says nothing of age.
      if (row.features !== null && age >= 0 && age < cacheSeconds * 1000) return row.features.includes(feature);
      signal.throwIfAborted();
      const features = await readOnce(tenant, row);
      if (features !== null) return features.includes(feature);
    }
    throw new StripeEntitlementsError("changing", "The subscription kept changing while Stripe was asked.");
  };
}

function isOver({ failedAt }: Reading, elapsed: number): boolean {
  return failedAt !== null && elapsed - failedAt >= FAILED_MS;
}
