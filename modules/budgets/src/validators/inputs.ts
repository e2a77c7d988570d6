import { parseUsd } from "@meterr/metering";
import { z } from "zod";

/** Above any budget a person means; a slip of the pen, not a limit. US dollars. */
const LARGEST_LIMIT = 1_000_000n;

/** A decimal string of US dollars, read exactly into nano-dollars. */
const usd = z
  .string()
  .max(30)
  .transform((text, context) => {
    try {
      const nanousd = parseUsd(text);
      if (nanousd <= LARGEST_LIMIT * 1_000_000_000n) return nanousd;
    } catch {
      // Reported below like any other unfit text.
    }
    context.addIssue({ code: "custom" });
    return z.NEVER;
  });

export const setInput = z.strictObject({ limit_usd: usd });

export const idParams = z.strictObject({ id: z.uuid().toLowerCase() });

export const listQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(200).default(200),
  /** The member whose budget ended the page before. */
  cursor: z.uuid().toLowerCase().optional(),
});
