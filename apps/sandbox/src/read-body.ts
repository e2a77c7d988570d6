import type { IncomingMessage } from "node:http";
import type { JsonObject } from "./json-value.ts";
import { objectOf } from "./json-value.ts";
import { SandboxRefusal } from "./provider-error.ts";

/** Largest request body in bytes, as Anthropic documents for its Messages API. */
export const MAX_BODY_BYTES = 32 * 1024 * 1024;

/** The body as a JSON object. Rejects with SandboxRefusal 413 when too large, 400 when it is no JSON object. */
export async function readJsonBody(request: IncomingMessage): Promise<JsonObject> {
  const bytes = await readBytes(request);
  let parsed: unknown;
  try {
    parsed = JSON.parse(bytes.toString("utf8"));
  } catch {
    throw new SandboxRefusal(400, "We could not parse the JSON body of your request.");
  }
  const body = objectOf(parsed);
  if (body === null) throw new SandboxRefusal(400, "The JSON body of your request is not an object.");
  return body;
}

/** By events rather than iteration: an iterator left early would destroy the socket the refusal must still go out on. */
function readBytes(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size <= MAX_BODY_BYTES) chunks.push(chunk);
      else reject(new SandboxRefusal(413, "Request exceeds the maximum allowed number of bytes."));
    });
    request.once("end", () => {
      const [first] = chunks;
      resolve(chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks));
    });
    request.once("error", reject);
  });
}
