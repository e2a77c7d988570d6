import { z } from "zod";

const instant = z.iso.datetime({ offset: true }).transform((text) => new Date(text));

export const entriesQuery = z.strictObject({
  action: z
    .string()
    .regex(/^[a-z][a-z_]*\.[a-z][a-z_]*$/)
    .max(64)
    .optional(),
  /** The actor's id, as entries show it. */
  actor: z.string().min(1).max(200).optional(),
  subject_type: z.string().min(1).max(64).optional(),
  subject: z.string().min(1).max(300).optional(),
  since: instant.optional(),
  until: instant.optional(),
  limit: z.coerce.number().int().min(1).max(200).default(100),
  /** `next_cursor` of the page before: the number of its last entry. */
  cursor: z
    .string()
    .regex(/^[1-9]\d{0,17}$/)
    .optional(),
});
