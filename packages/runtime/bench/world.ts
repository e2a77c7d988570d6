import { z } from "zod";

/** One person, one organisation, one session: what every lane knows. */
export interface BenchWorld {
  readonly token: string;
  readonly tenantId: string;
  readonly memberId: string;
  readonly origin: string;
}

export const taskBody = z.strictObject({
  title: z.string().min(1).max(200),
  labels: z.array(z.string().max(40)).max(10),
  estimate: z.strictObject({ minutes: z.int().min(1).max(10_000) }),
});
export const taskParams = z.strictObject({ project: z.string().max(40) });
export const taskQuery = z.strictObject({ notify: z.enum(["yes", "no"]).optional() });

export type TaskBody = z.infer<typeof taskBody>;

/** What the handler answers, in every lane. */
export function answer(body: TaskBody): object {
  return { title: body.title, labels: body.labels.length, minutes: body.estimate.minutes };
}

/** The handler and nothing else: it reads its body, and answers. */
export async function bareHandler(request: Request): Promise<Response> {
  const body = (await request.json()) as TaskBody;
  return Response.json(answer(body), { status: 201 });
}
