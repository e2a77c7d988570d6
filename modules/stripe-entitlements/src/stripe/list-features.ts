import { isFeatureName } from "@meterr/runtime";
import type { z } from "zod";
import { ENTITLED_STATUSES } from "../entitled-statuses.ts";
import type { FeaturesOfPrice } from "../features-of-price.ts";
import { itemPage, subscriptionPage } from "../validators/subscription-page.ts";
import type { StripeClient } from "./stripe-library.ts";

/** Stripe's largest page. */
const PAGE = 100;
/** Pages read at most: who has more subscriptions than this is refused rather than judged by some of them. */
const MAX_PAGES = 5;
const MAX_FEATURES = 500;

type Items = z.infer<typeof itemPage>;

/**
 * Every feature of every entitling subscription of one customer, sorted, each once. Rejects when an answer is not as
 * agreed, names another customer, or does not end: half an answer is none.
 */
export async function listFeatures(
  client: StripeClient,
  customer: string,
  featuresOf: FeaturesOfPrice,
): Promise<string[]> {
  const features = new Set<string>();
  let after: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    // Without `status`, Stripe leaves out the cancelled ones alone; the rest is judged here.
    const query = { customer, limit: PAGE, ...(after === undefined ? {} : { starting_after: after }) };
    const { data, has_more } = subscriptionPage.parse(await client.subscriptions.list(query));
    for (const { id, customer: owner, status, items } of data) {
      if (owner !== customer) throw new TypeError("Stripe answered with another customer's subscription.");
      if (!ENTITLED_STATUSES.has(status)) continue;
      for (const { price } of await everyItem(client, id, items)) {
        const { lookup_key: lookupKey = null, ...rest } = price;
        for (const feature of featuresOf({ ...rest, lookupKey })) if (isFeatureName(feature)) features.add(feature);
      }
    }
    if (features.size > MAX_FEATURES) throw new RangeError("More features than are kept.");
    if (!has_more) return [...features].sort();
    after = data.at(-1)?.id;
  }
  throw new RangeError("More subscriptions than are read.");
}

/** Stripe puts the first few items into the subscription itself. */
async function everyItem(client: StripeClient, subscription: string, first: Items): Promise<Items["data"]> {
  if (!first.has_more) return first.data;
  const { data, has_more } = itemPage.parse(await client.subscriptionItems.list({ subscription, limit: PAGE }));
  if (has_more) throw new RangeError("More items than are read.");
  return data;
}
