import { z } from "zod";

/** As far as anything is decided by it. Loose, since Stripe adds fields; the rest is neither read nor kept. */
export const stripeEvent = z.looseObject({
  id: z.string().min(1).max(255),
  object: z.literal("event"),
  type: z.string().min(1).max(128),
  data: z.looseObject({ object: z.looseObject({}) }),
});
