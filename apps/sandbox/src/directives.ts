import { objectOf } from "./json-value.ts";

/** Faults and shapes asked for in the last user text; see the table in README.md. */
export interface Directives {
  status: number | null;
  echoCredential: boolean;
  stall: boolean;
  stallBeforeHeaders: boolean;
  halfStream: boolean;
  errorEvent: boolean;
  garbage: boolean;
  split: boolean;
  noUsage: boolean;
  slow: number | null;
  wait: number | null;
  chunks: number | null;
  tokens: number | null;
  overrun: number | null;
  cached: number;
  cacheWrite: number;
  cacheWrite1h: number;
  reasoning: number;
  audio: number;
  audioIn: number;
  big: number;
}

export const NO_DIRECTIVES: Directives = Object.freeze({
  status: null,
  echoCredential: false,
  stall: false,
  stallBeforeHeaders: false,
  halfStream: false,
  errorEvent: false,
  garbage: false,
  split: false,
  noUsage: false,
  slow: null,
  wait: null,
  chunks: null,
  tokens: null,
  overrun: null,
  cached: 0,
  cacheWrite: 0,
  cacheWrite1h: 0,
  reasoning: 0,
  audio: 0,
  audioIn: 0,
  big: 0,
});

/** Largest token count a directive may ask for: a stream of this many events is about 50 MB. */
const MAX_TOKENS = 200_000;
/** Largest filler in bytes: beyond what any gateway should hold in memory, within what this process can. */
const MAX_BIG_BYTES = 64 * 1024 * 1024;
/** Longest pause in milliseconds between chunks or before the answer. */
const MAX_PAUSE_MS = 60_000;
const DEFAULT_OVERRUN_TOKENS = 100;

const DIRECTIVE = /\bsandbox:([a-z0-9-]+)(?:=([0-9]{1,9})(-echo)?)?/g;

/** Reads every `sandbox:name[=number]` in the text. Unknown names and values out of range are ignored. */
export function parseDirectives(text: string): Directives {
  if (!text.includes("sandbox:")) return NO_DIRECTIVES;
  const found: Directives = { ...NO_DIRECTIVES };
  for (const match of text.matchAll(DIRECTIVE)) {
    apply(found, match[1] ?? "", match[2] === undefined ? null : Number(match[2]), match[3] !== undefined);
  }
  return found;
}

const FLAGS = new Map<
  string,
  "stall" | "stallBeforeHeaders" | "halfStream" | "errorEvent" | "garbage" | "split" | "noUsage"
>([
  ["stall", "stall"],
  ["stall-before-headers", "stallBeforeHeaders"],
  ["half-stream", "halfStream"],
  ["error-event", "errorEvent"],
  ["garbage", "garbage"],
  ["split", "split"],
  ["no-usage", "noUsage"],
]);

const NUMBERS = new Map<
  string,
  [
    (
      | "slow"
      | "wait"
      | "chunks"
      | "tokens"
      | "cached"
      | "cacheWrite"
      | "cacheWrite1h"
      | "reasoning"
      | "audio"
      | "audioIn"
      | "big"
    ),
    number,
  ]
>([
  ["slow", ["slow", MAX_PAUSE_MS]],
  ["wait", ["wait", MAX_PAUSE_MS]],
  ["chunks", ["chunks", MAX_TOKENS]],
  ["tokens", ["tokens", MAX_TOKENS]],
  ["cached", ["cached", MAX_TOKENS]],
  ["cache-write", ["cacheWrite", MAX_TOKENS]],
  ["cache-write-1h", ["cacheWrite1h", MAX_TOKENS]],
  ["reasoning", ["reasoning", MAX_TOKENS]],
  ["audio", ["audio", MAX_TOKENS]],
  ["audio-in", ["audioIn", MAX_TOKENS]],
  ["big", ["big", MAX_BIG_BYTES]],
]);

function apply(found: Directives, name: string, value: number | null, echo: boolean): void {
  const flag = FLAGS.get(name);
  if (flag !== undefined) {
    found[flag] = true;
    return;
  }
  if (name === "overrun") {
    found.overrun = Math.min(value ?? DEFAULT_OVERRUN_TOKENS, MAX_TOKENS);
    return;
  }
  if (value === null) return;
  if (name === "status" && value >= 400 && value <= 599) {
    found.status = value;
    found.echoCredential = echo;
    return;
  }
  const number = NUMBERS.get(name);
  if (number !== undefined) found[number[0]] = Math.min(value, number[1]);
}

/** Text of a message's content in any provider's form: a string, or parts that carry `text`. */
export function partsText(content: unknown): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  let text = "";
  for (const part of content) {
    const value = typeof part === "string" ? part : objectOf(part)?.["text"];
    if (typeof value === "string") text += text === "" ? value : `\n${value}`;
  }
  return text;
}
