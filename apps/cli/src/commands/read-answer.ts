import type { z } from "zod";
import { CliError } from "../errors.ts";

/**
 * The part of an answer that is shown. The schema names only that; --json prints the whole answer.
 * @throws CliError `server_refused` when the server speaks another version's language.
 */
export function readAnswer<Shape>(schema: z.ZodType<Shape>, answer: unknown): Shape {
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  const paths = [...new Set(parsed.error.issues.map((issue) => issue.path.join(".") || "answer"))].slice(0, 5);
  throw new CliError("server_refused", `The server's answer is not understood (${paths.join(", ")}).`, {
    next: "Use the meterr command of the same version as the server, or --json to see the answer.",
  });
}
