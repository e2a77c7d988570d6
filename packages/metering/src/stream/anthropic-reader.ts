import { readable } from "../extract.ts";
import { anthropicExtraction } from "../extract/anthropic-messages.ts";
import { isObject, member, stringMember, type JsonObject } from "../json.ts";
import { holdsObject, holdsText, parseEvent, type UsageReader } from "./usage-reader.ts";

/** Counts are cumulative: what `message_delta` repeats replaces what `message_start` said. */
function merge(usage: JsonObject, later: unknown): JsonObject {
  const given = isObject(later) ? Object.entries(later).filter(([, value]) => value !== null) : [];
  return { ...usage, ...Object.fromEntries(given) };
}

/**
 * Messages: `message_start` has the input counts, each `message_delta` the cumulative usage, `message_stop` ends.
 * https://platform.claude.com/docs/en/build-with-claude/streaming
 */
export function anthropicReader(): UsageReader {
  let message: JsonObject | null = null;
  let usage: JsonObject | null = null;
  let complete = false;
  let finished = false;
  let errored = false;
  return {
    read(data) {
      const marked = holdsObject(data, "usage") || holdsText(data, '"message_stop"') || holdsText(data, '"error"');
      if (!marked) return false;
      const event = parseEvent(data);
      const type = member(event, "type");
      if (type === "error") errored = true;
      else if (type === "message_stop") finished = true;
      else if (type === "message_start") {
        const started = member(event, "message");
        message = { model: stringMember(started, "model"), id: stringMember(started, "id") };
        usage = merge({}, member(started, "usage"));
      } else if (type === "message_delta") {
        message = { ...message, stop_reason: stringMember(member(event, "delta"), "stop_reason") };
        usage = merge(usage ?? {}, member(event, "usage"));
        complete = true;
      }
      return false;
    },
    extraction: () => (usage === null ? null : readable(() => anthropicExtraction(message, usage))),
    complete: () => complete,
    finished: () => finished,
    errored: () => errored,
  };
}
