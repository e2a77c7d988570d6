import { parseUsd } from "@meterr/metering";
import { z } from "zod";

export const PROVIDERS = ["openai", "anthropic", "google"] as const;
export type Provider = (typeof PROVIDERS)[number];

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

const name = z
  .string()
  .trim()
  .min(1)
  .max(120)
  .refine((value) => !/[\p{Cc}\p{Cf}]/u.test(value));

const model = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._:/-]{0,199}$/);

/** An origin as browsers send it (RFC 6454 §6.1): http or https, host, port, nothing else. */
const origin = z
  .string()
  .max(300)
  .refine((value) => /^https?:/.test(value) && URL.canParse(value) && new URL(value).origin === value);

const secretIds = z.strictObject({
  openai: z.uuid().toLowerCase().optional(),
  anthropic: z.uuid().toLowerCase().optional(),
  google: z.uuid().toLowerCase().optional(),
});

export const mintInput = z.strictObject({
  name,
  mode: z.enum(["live", "test"]),
  limit_usd: usd.optional(),
  allowed_models: z.array(model).min(1).max(100).optional(),
  allowed_origins: z.array(origin).min(1).max(20).optional(),
  expires_at: z.iso
    .datetime({ offset: true })
    .transform((text) => new Date(text))
    .optional(),
  provider_secret_ids: secretIds.optional(),
  /** The member the key acts for; only owners and admins may name another than themselves. */
  member_id: z.uuid().toLowerCase().optional(),
});

export const updateInput = z.strictObject({ limit_usd: usd });

export const idParams = z.strictObject({ id: z.uuid().toLowerCase() });

export const listQuery = z.strictObject({
  include_revoked: z.enum(["true", "false"]).default("false"),
  limit: z.coerce.number().int().min(1).max(200).default(100),
  cursor: z.string().max(200).optional(),
});
