import { readable } from "../extract.ts";
import type { Extraction } from "../extract/extraction.ts";
import { extractOpenaiChat } from "../extract/openai-chat.ts";
import { isObject, member } from "../json.ts";
import { holdsObject, parseEvent, type UsageReader } from "./usage-reader.ts";

const DONE = Buffer.from("[DONE]");

/**
 * Chat completions: with `include_usage` the last chunk before `[DONE]` has an empty `choices` and the usage; all
 * others have `"usage":null`, which is left in place, since the client's parser must allow for it and every byte
 * rewritten is a byte that could be wrong.
 */
export function openaiChatReader(): UsageReader {
  let extraction: Extraction | null = null;
  let finished = false;
  let errored = false;
  return {
    read(data) {
      if (data.length === DONE.length && DONE.equals(data)) {
        finished = true;
        return false;
      }
      const usage = holdsObject(data, "usage");
      if (!usage && !holdsObject(data, "error")) return false;
      const event = parseEvent(data);
      if (isObject(member(event, "error"))) errored = true;
      if (!isObject(member(event, "usage"))) return false;
      extraction = readable(() => extractOpenaiChat(event));
      const choices = member(event, "choices");
      return Array.isArray(choices) && choices.length === 0;
    },
    extraction: () => extraction,
    complete: () => extraction !== null && extraction.buckets !== null,
    finished: () => finished,
    errored: () => errored,
  };
}
