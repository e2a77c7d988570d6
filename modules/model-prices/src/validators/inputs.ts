import { parseUsd } from "@meterr/metering";
import { z } from "zod";
import { PRICE_FIELDS, type PriceField } from "../price-fields.ts";

/** Above any price there is; a slip of the pen, not a price. Nano-dollars per million: one million dollars. */
const HIGHEST = 1_000_000_000_000_000n;

/** A decimal string of US dollars per million tokens, read exactly: at most nine decimals, never a float. */
const usd = z
  .string()
  .max(30)
  .transform((text, context) => {
    try {
      const nanousd = parseUsd(text);
      if (nanousd <= HIGHEST) return nanousd;
    } catch {
      // Reported below like any other unfit text.
    }
    context.addIssue({ code: "custom" });
    return z.NEVER;
  });

const provider = z.enum(["openai", "anthropic", "google"]);
const model = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._:/-]{0,199}$/);

const optional = Object.fromEntries(
  (Object.keys(PRICE_FIELDS) as PriceField[]).map((field) => [field, usd.optional()]),
) as Record<PriceField, z.ZodOptional<typeof usd>>;

export const setInput = z.strictObject({
  provider,
  model,
  prices: z.strictObject({ ...optional, input_usd_per_million: usd, output_usd_per_million: usd }),
});

export const listQuery = z
  .strictObject({
    provider: provider.optional(),
    model: model.optional(),
    limit: z.coerce.number().int().min(1).max(200).default(100),
    /** `next_cursor` of the page before. */
    cursor: z.string().max(300).optional(),
  })
  .refine((query) => query.model === undefined || query.provider !== undefined, { path: ["provider"] });
