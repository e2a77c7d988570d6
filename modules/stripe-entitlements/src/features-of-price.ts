import { isFeatureName } from "@meterr/runtime";

/** What is kept of a price. All of it is the seller's own writing, in Stripe. */
export interface StripePrice {
  readonly id: string;
  readonly product: string;
  readonly lookupKey: string | null;
  readonly metadata: Readonly<Record<string, string>>;
}

export type FeaturesOfPrice = (price: StripePrice) => readonly string[];

/** The default: whole names in the price's metadata `features`, divided by commas or white space. */
export function featuresInMetadata({ metadata }: StripePrice): readonly string[] {
  const text = Object.hasOwn(metadata, "features") ? (metadata["features"] ?? "") : "";
  return text.split(/[\s,]+/).filter(isFeatureName);
}

/** For sellers who keep plans in code: features by the price's id. */
export function featuresByPrice(plans: Readonly<Record<string, readonly string[]>>): FeaturesOfPrice {
  const known = new Map(Object.entries(plans));
  return ({ id }) => known.get(id) ?? [];
}
