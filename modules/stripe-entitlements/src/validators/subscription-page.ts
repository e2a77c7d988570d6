import { z } from "zod";

const id = z.string().min(1).max(255);
const reference = z.union([id, z.looseObject({ id }).transform((object) => object.id)]);

export const itemPage = z.object({
  has_more: z.boolean(),
  data: z
    .array(
      z.object({
        price: z.object({
          id,
          product: reference,
          lookup_key: z.string().nullish(),
          metadata: z.record(z.string(), z.string()),
        }),
      }),
    )
    .max(100),
});

/** One page of `GET /v1/subscriptions`, the parts that decide. */
export const subscriptionPage = z.object({
  has_more: z.boolean(),
  data: z.array(z.object({ id, customer: reference, status: z.string(), items: itemPage })).max(100),
});
