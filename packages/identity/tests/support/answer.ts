import * as z from "zod";

const user = z.looseObject({
  id: z.string(),
  email: z.string(),
  twoFactorEnabled: z.boolean().nullish(),
});

const answerSchema = z.looseObject({
  code: z.string().default(""),
  request_id: z.string().default(""),
  token: z.string().default(""),
  totpURI: z.string().default(""),
  backupCodes: z.array(z.string()).default([]),
  user: user.optional(),
  session: z.looseObject({ id: z.string() }).optional(),
});

/** The body of an answer, with the fields tests ask for; `fields` are those that were really there. */
export async function answer(response: Response): Promise<z.infer<typeof answerSchema> & { fields: string[] }> {
  const body: unknown = await response.json();
  const fields = typeof body === "object" && body !== null ? Object.keys(body).toSorted() : [];
  return { ...answerSchema.parse(body), fields };
}
