import { Secret } from "@meterr/vault";
import { z } from "zod";

export const PROVIDERS = ["openai", "anthropic", "google"] as const;

/** One line of visible ASCII: what an HTTP header can carry (RFC 9110 §5.5) and every provider issues. */
const secret = z
  .string()
  .min(8)
  .max(512)
  .regex(/^[\x21-\x7e]+$/)
  .transform((value) => new Secret(value));

const name = z
  .string()
  .trim()
  .min(1)
  .max(120)
  .refine((value) => !/[\p{Cc}\p{Cf}]/u.test(value));

export const addInput = z.strictObject({
  provider: z.enum(PROVIDERS),
  name,
  secret,
  /** Bound to the sandbox: simulated answers, nothing is charged. */
  sandbox: z.boolean().default(false),
  base_url: z
    .url({ protocol: /^https?$/ })
    .max(300)
    .optional(),
});

export const rotateInput = z.strictObject({ secret });

export const idParams = z.strictObject({ id: z.uuid().toLowerCase() });

export const listQuery = z.strictObject({
  include_revoked: z.enum(["true", "false"]).default("false"),
});
