import { calcPrice, type ModelInfo, type ModelPrice } from "@pydantic/genai-prices";
import { convertPrice } from "./catalogue-convert.ts";
import { knownOutputLimit } from "./output-limits.ts";
import { priceVersion, type PriceTable } from "./price-table.ts";
import type { Provider } from "./provider.ts";

/** Where catalogue prices come from, as it stands on each stored price version. */
export const CATALOGUE_SOURCE = "genai-prices 0.1.8";

/** A model's price at an instant. `model` is the catalogue's own name for what was asked. */
export interface Priced {
  readonly provider: Provider;
  readonly model: string;
  readonly version: string;
  readonly table: PriceTable;
  readonly source: string;
  readonly contextWindow: number | null;
  /** The most output tokens of one choice: our own table, else the context window, else null. */
  readonly maxOutput: number | null;
}

/** Family names people write, and the dearest model of the family: an estimate may then be high, never low. */
const FAMILIES: Readonly<Record<string, string>> = {
  "claude-3": "claude-3-opus-20240229",
  "claude-3-5": "claude-3-5-sonnet-20241022",
};

// Names are chosen by clients, so what is remembered of them is bounded. The catalogue has fewer than 200 models.
const REMEMBERED_NAMES = 2_000;
const found = new Map<string, { info: ModelInfo; price: ModelPrice } | null>();
const converted = new WeakMap<ModelPrice, Map<string, Priced | null>>();

function look(provider: Provider, model: string, at: Date): { info: ModelInfo; price: ModelPrice } | null {
  const result = calcPrice({}, model, { providerId: provider, timestamp: at });
  return result === null ? null : { info: result.model, price: result.model_price };
}

function priced(provider: Provider, asked: string, info: ModelInfo, price: ModelPrice): Priced | null {
  let byName = converted.get(price);
  if (byName === undefined) converted.set(price, (byName = new Map()));
  const limit = knownOutputLimit(asked) ?? knownOutputLimit(info.id);
  const name = `${provider} ${info.id} ${limit}`;
  let answer = byName.get(name);
  if (answer !== undefined) return answer;
  const table = convertPrice(price);
  const contextWindow = info.context_window ?? null;
  answer =
    table === null
      ? null
      : {
          provider,
          model: info.id,
          version: priceVersion(provider, info.id, table),
          table,
          source: CATALOGUE_SOURCE,
          contextWindow,
          maxOutput: limit ?? contextWindow,
        };
  byName.set(name, answer);
  return answer;
}

/**
 * The catalogue's price of `model` in force at `at`, found by the catalogue's own matching.
 * Null for a model it does not know or cannot price by tokens: the caller refuses with `model_unpriced`.
 */
export function findPrice(provider: Provider, model: string, at: Date): Priced | null {
  if (model.length === 0 || model.length > 200) return null;
  const bare = model.toLowerCase().replace(/^models\//, "");
  const asked = Object.hasOwn(FAMILIES, bare) ? (FAMILIES[bare] ?? bare) : bare;
  const key = `${provider} ${asked}`;
  let hit = found.get(key);
  if (hit === undefined) {
    if (found.size >= REMEMBERED_NAMES) found.clear();
    hit = look(provider, asked, at);
    found.set(key, hit);
  } else if (hit !== null && Array.isArray(hit.info.prices)) {
    // The price depends on the time; the catalogue decides again.
    hit = look(provider, asked, at);
  }
  return hit === null ? null : priced(provider, asked, hit.info, hit.price);
}
