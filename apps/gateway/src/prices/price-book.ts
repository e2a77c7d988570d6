import { findPrice, pricedByOrganisation, priceTableToJson, type Priced } from "@meterr/metering";
import type { Pool } from "pg";
import type { ProviderName } from "../fronts/front.ts";
import type { Revocation } from "../keys/revocation-watch.ts";

/** An organisation that sets a price says so through a revocation; this bounds what was never said. Milliseconds. */
const MAX_AGE = 60_000;
const MAX_ENTRIES = 20_000;

/**
 * The price in force for a model: the organisation's own first, then the catalogue's. Null means the call is refused.
 * A catalogue price is written to price_versions before the first call is admitted at it, so every event explains itself.
 */
export class PriceBook {
  readonly #pool: Pool;
  readonly #now: () => Date;
  readonly #own = new Map<string, { orgId: string; until: number; price: Promise<Priced | null> }>();
  readonly #recorded = new Map<string, Promise<void>>();

  constructor(pool: Pool, now: () => Date = () => new Date()) {
    this.#pool = pool;
    this.#now = now;
  }

  async priceOf(orgId: string, provider: ProviderName, model: string): Promise<Priced | null> {
    const own = await this.#ownPrice(orgId, provider, model);
    if (own !== null) return own;
    const listed = findPrice(provider, model, this.#now());
    if (listed !== null) await this.#record(listed);
    return listed;
  }

  drop(revocation: Revocation): void {
    if (revocation.kind !== "policy" || revocation.subjectId !== revocation.orgId) return;
    for (const [name, entry] of this.#own) if (entry.orgId === revocation.orgId) this.#own.delete(name);
  }

  clear(): void {
    this.#own.clear();
  }

  #ownPrice(orgId: string, provider: ProviderName, model: string): Promise<Priced | null> {
    const name = `${orgId}/${provider}/${model}`;
    const now = this.#now().getTime();
    const entry = this.#own.get(name);
    if (entry !== undefined && entry.until > now) return entry.price;
    if (this.#own.size >= MAX_ENTRIES) this.#own.clear();
    const price = this.#readOwnPrice(orgId, provider, model);
    this.#own.set(name, { orgId, until: now + MAX_AGE, price });
    price.catch(() => this.#own.delete(name));
    return price;
  }

  async #readOwnPrice(orgId: string, provider: ProviderName, model: string): Promise<Priced | null> {
    const answer = await this.#pool.query<{ version: string; prices: unknown }>({
      name: "organisation_price",
      text: "select version, prices from meterr.organisation_price($1, $2, $3)",
      values: [orgId, provider, model],
    });
    const row = answer.rows[0];
    if (row === undefined) return null;
    return pricedByOrganisation(provider, model, row.version, row.prices, this.#now());
  }

  #record(price: Priced): Promise<void> {
    let recorded = this.#recorded.get(price.version);
    if (recorded === undefined) {
      recorded = this.#pool
        .query(
          `insert into meterr.price_versions (version, provider, model, prices, source) values ($1, $2, $3, $4, $5)
           on conflict (version) do nothing`,
          [price.version, price.provider, price.model, JSON.stringify(priceTableToJson(price.table)), price.source],
        )
        .then(() => undefined);
      this.#recorded.set(price.version, recorded);
      recorded.catch(() => this.#recorded.delete(price.version));
    }
    return recorded;
  }
}
