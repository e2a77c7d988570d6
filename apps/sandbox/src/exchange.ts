/** The types every provider's room shares: what was asked, what is answered, what is sent. */

export type Provider = "openai" | "anthropic" | "google";

/** A tool the request offers, and whose call is simulated. */
export interface ToolOffer {
  name: string;
  /** JSON Schema of the arguments, as sent. */
  schema: unknown;
}

/** A generation request, read from any provider's wire format. */
export interface Ask {
  model: string;
  stream: boolean;
  /** The last user text: the only place directives are read from. */
  directiveText: string;
  /** Counted tokens of everything in the prompt, framing included. */
  inputTokens: number;
  /** Most output tokens per choice, reasoning included; null when the request sets none. */
  outputLimit: number | null;
  choices: number;
  tool: ToolOffer | null;
}

/** Token counts over all choices: `input` includes cache and audio, `output` includes reasoning and audio. */
export interface TokenUsage {
  input: number;
  cache_read: number;
  cache_write_5m: number;
  cache_write_1h: number;
  audio_in: number;
  output: number;
  reasoning: number;
  audio_out: number;
}

export type Finish = "stop" | "length" | "tool";

export interface Answer {
  /** Visible text, one element per streamed chunk. Empty when a tool is called. */
  pieces: readonly string[];
  text: string;
  tool: { name: string; argumentPieces: readonly string[] } | null;
  finish: Finish;
  usage: TokenUsage;
  usageReported: boolean;
}

/** A response before faults are applied and bytes are written. */
export type Reply =
  | { kind: "whole"; status: number; headers: Record<string, string>; body: string }
  | { kind: "stream"; headers: Record<string, string>; frames: Iterable<string> };
