import { z } from "zod";

export const BREAKDOWNS = ["provider", "model", "member", "virtual_key"] as const;
export type Breakdown = (typeof BREAKDOWNS)[number];

const when = z.iso.datetime({ offset: true }).transform((text) => new Date(text));
const page = {
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(200).optional(),
  since: when.optional(),
  until: when.optional(),
  virtual_key_id: z.uuid().toLowerCase().optional(),
};

export const eventsQuery = z.strictObject({
  ...page,
  member_id: z.uuid().toLowerCase().optional(),
  provider: z.enum(["openai", "anthropic", "google"]).optional(),
  model: z.string().min(1).max(200).optional(),
  /** Test-mode calls stand apart and are left out unless asked for. */
  simulated: z.enum(["true", "false", "any"]).default("any"),
});

export const refusalsQuery = z.strictObject(page);

export const summaryQuery = z.strictObject({
  by: z.enum(BREAKDOWNS).default("model"),
  days: z.coerce.number().int().min(1).max(366).default(30),
  simulated: z.enum(["true", "false"]).default("false"),
});

/** A name of models, endpoints or requests as programs write them: visible ASCII. */
const word = (longest: number) =>
  z
    .string()
    .min(1)
    .max(longest)
    .regex(/^[\x21-\x7e]+$/);

const tokens = z.int().min(0).max(1_000_000_000).optional();

export const reportInput = z.strictObject({
  provider: z.enum(["openai", "anthropic", "google"]),
  model: word(200),
  endpoint: word(100).optional(),
  /** When it happened; now unless given. */
  occurred_at: when.optional(),
  /** The reporter's own id of the call, for finding it again. */
  request_id: word(128).optional(),
  usage: z.strictObject({
    input: tokens,
    cache_read: tokens,
    cache_write_5m: tokens,
    cache_write_1h: tokens,
    output: tokens,
    reasoning: tokens,
    audio_in: tokens,
    audio_out: tokens,
    image_in: tokens,
  }),
});
