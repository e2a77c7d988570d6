import type { Edit } from "./edit-top-level.ts";
import { MeteringError } from "./errors.ts";
import { member, type JsonObject } from "./json.ts";
import type { Endpoint } from "./provider.ts";

export interface OutputFields {
  readonly n: number;
  readonly limit: number | null;
  readonly paths: readonly Edit["path"][];
}

/** More choices than any provider gives; a larger number is refused there in any case. */
const MOST_CHOICES = 1_024;

function whole(value: unknown, path: string, most: number): number | null {
  if (value === undefined || value === null) return null;
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 1 || value > most) {
    throw new MeteringError("body_invalid", "Not a whole number within the allowed range", path);
  }
  return value;
}

const limitOf = (value: unknown, path: string): number | null => whole(value, path, Number.MAX_SAFE_INTEGER);

/** Both limits may be given; the larger one is the bound, and lowering sets both. */
function chat(body: JsonObject): OutputFields {
  const old = limitOf(body["max_tokens"], "max_tokens");
  const current = limitOf(body["max_completion_tokens"], "max_completion_tokens");
  const paths: Edit["path"][] = [];
  if (old !== null) paths.push(["max_tokens"]);
  if (current !== null || old === null) paths.push(["max_completion_tokens"]);
  const limit = old === null && current === null ? null : Math.max(old ?? 0, current ?? 0);
  return { n: whole(body["n"], "n", MOST_CHOICES) ?? 1, limit, paths };
}

function google(body: JsonObject): OutputFields {
  const outer = "generation_config" in body && !("generationConfig" in body) ? "generation_config" : "generationConfig";
  const config = body[outer];
  const read = (camel: string, snake: string): [string, unknown] =>
    member(config, snake) !== undefined && member(config, camel) === undefined
      ? [snake, member(config, snake)]
      : [camel, member(config, camel)];
  const [name, limit] = read("maxOutputTokens", "max_output_tokens");
  const [countName, count] = read("candidateCount", "candidate_count");
  return {
    n: whole(count, `${outer}.${countName}`, MOST_CHOICES) ?? 1,
    limit: limitOf(limit, `${outer}.${name}`),
    paths: [[outer, name]],
  };
}

/** @throws MeteringError `body_invalid` when a limit or a number of choices is not a positive whole number. */
export function outputFields(endpoint: Endpoint, body: JsonObject): OutputFields {
  switch (endpoint) {
    case "chat.completions":
      return chat(body);
    case "responses":
      return { n: 1, limit: limitOf(body["max_output_tokens"], "max_output_tokens"), paths: [["max_output_tokens"]] };
    case "messages":
      return { n: 1, limit: limitOf(body["max_tokens"], "max_tokens"), paths: [["max_tokens"]] };
    case "generateContent":
    case "streamGenerateContent":
      return google(body);
    default:
      return { n: 1, limit: null, paths: [] };
  }
}
