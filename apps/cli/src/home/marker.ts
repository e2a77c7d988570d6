import { z } from "zod";
import { CliError } from "../errors.ts";
import { readPrivateFile } from "./read-private-file.ts";
import { writePrivateFile } from "./write-private-file.ts";

const content = z.object({ instance_id: z.uuid().nullable() });

/** The instance this home belongs to: undefined for an unmarked home, null before the first start has come through. */
export async function readMarker(path: string): Promise<string | null | undefined> {
  const text = await readPrivateFile(path);
  if (text === undefined) return undefined;
  try {
    return content.parse(JSON.parse(text)).instance_id;
  } catch {
    throw new CliError("configuration_refused", `${path} cannot be understood.`, {
      next: "Restore it from your backup.",
    });
  }
}

export async function writeMarker(path: string, instanceId: string | null): Promise<void> {
  await writePrivateFile(path, `${JSON.stringify({ instance_id: instanceId })}\n`);
}
