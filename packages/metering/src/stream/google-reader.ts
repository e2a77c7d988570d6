import { readable } from "../extract.ts";
import { extractGoogleGenerate } from "../extract/google-generate.ts";
import { isObject, listMember, member, stringMember } from "../json.ts";
import { holdsObject, holdsText, parseEvent, type UsageReader } from "./usage-reader.ts";

/** Gemini: every chunk carries cumulative `usageMetadata`, so only the last is kept, and parsed once it is asked for. */
export function googleReader(): UsageReader {
  let last: Uint8Array | null = null;
  let ending: Uint8Array | null = null;
  let errored = false;
  const finishOf = (data: Uint8Array | null): string | null =>
    data === null ? null : stringMember(listMember(parseEvent(data), "candidates")[0], "finishReason");
  return {
    read(data) {
      if (holdsText(data, '"usageMetadata"')) last = data;
      if (holdsText(data, '"finishReason"')) ending = data;
      if (holdsObject(data, "error") && isObject(member(parseEvent(data), "error"))) errored = true;
      return false;
    },
    extraction() {
      if (last === null) return null;
      const event = parseEvent(last);
      const found = readable(() => extractGoogleGenerate(event));
      return found.finish === null ? { ...found, finish: finishOf(ending) } : found;
    },
    complete: () => last !== null && (ending !== null || blocked(last)),
    finished: () => finishOf(ending) !== null || (last !== null && blocked(last)),
    errored: () => errored,
  };
}

/** A prompt that was refused has feedback instead of a candidate. */
function blocked(data: Uint8Array): boolean {
  return holdsObject(data, "promptFeedback");
}
