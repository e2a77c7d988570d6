import { findPrice, type Priced } from "./catalogue.ts";
import { priceTableFromJson } from "./price-table.ts";
import type { Provider } from "./provider.ts";

/**
 * A price an organisation set for `model`, in the same shape as one of the catalogue. Its limits are the catalogue's
 * where that knows the model.
 * @throws MeteringError `price_invalid` with the path of the field at fault.
 */
export function pricedByOrganisation(
  provider: Provider,
  model: string,
  version: string,
  prices: unknown,
  at: Date,
): Priced {
  const known = findPrice(provider, model, at);
  return {
    provider,
    model,
    version,
    table: priceTableFromJson(prices),
    source: "organisation",
    contextWindow: known?.contextWindow ?? null,
    maxOutput: known?.maxOutput ?? null,
  };
}
