import { z } from "zod";

/** Any JSON object or array: what it must hold is for the host's code to say. */
export const webhookBody = z.union([z.looseObject({}), z.array(z.unknown())]);

export const sourceParams = z.strictObject({ source: z.string().min(1).max(48) });
export const deliveryParams = z.strictObject({ id: z.uuid() });

/** `<received_at>_<id>` of the last delivery of the page before. */
const cursor = z
  .string()
  .max(80)
  .transform((text, context) => {
    const [at = "", id = "", more] = text.split("_");
    const parsed = z.tuple([z.iso.datetime(), z.uuid()]).safeParse([at, id]);
    if (parsed.success && more === undefined) return { at: new Date(at), id };
    context.addIssue("not a cursor of this list");
    return z.NEVER;
  });

export const listQuery = z.strictObject({
  source: z.string().min(1).max(48).optional(),
  status: z.enum(["processed", "failed"]).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: cursor.optional(),
});

export const replayBody = z.strictObject({
  /** Needed for a delivery whose effect is there already. */
  even_if_processed: z.boolean().default(false),
});
