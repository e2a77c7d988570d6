import { readable } from "../extract.ts";
import type { Extraction } from "../extract/extraction.ts";
import { extractOpenaiResponses } from "../extract/openai-responses.ts";
import { member } from "../json.ts";
import { holdsObject, holdsText, parseEvent, type UsageReader } from "./usage-reader.ts";

const ENDS: readonly unknown[] = ["response.completed", "response.incomplete", "response.failed", "response.cancelled"];

/** Responses: the terminal event carries the whole response, its usage included. */
export function openaiResponsesReader(): UsageReader {
  let extraction: Extraction | null = null;
  let finished = false;
  let errored = false;
  return {
    read(data) {
      const candidate = holdsObject(data, "usage") || ENDS.some((end) => holdsText(data, `"${String(end)}"`));
      if (!candidate && !holdsText(data, '"error"')) return false;
      const event = parseEvent(data);
      const type = member(event, "type");
      if (type === "error" || type === "response.failed") errored = true;
      if (!ENDS.includes(type)) return false;
      finished = true;
      const found = readable(() => extractOpenaiResponses(member(event, "response")));
      extraction = found;
      return false;
    },
    extraction: () => extraction,
    complete: () => extraction !== null && extraction.buckets !== null,
    finished: () => finished,
    errored: () => errored,
  };
}
