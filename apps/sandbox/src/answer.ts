import type { TokenCounter } from "./count-tokens.ts";
import type { Directives } from "./directives.ts";
import { NO_DIRECTIVES } from "./directives.ts";
import type { Answer, Ask, Finish } from "./exchange.ts";
import { simulatedValue } from "./tool-arguments.ts";

/**
 * The simulated answer as o200k_base tokens, so that any number of them is counted without tokenising. A test checks
 * each element is one token, and that the whole encodes to just these.
 */
export const ANSWER_TOKENS: readonly string[] =
  "[|sim|ulated|]| This| answer| was| made| by| the| sandbox|.| No| model| was| called|,| no| provider| was| paid|,| and| the| tokens| are| counted| as| a| provider| would|.".split(
    "|",
  );
/** Repeated after the first sentence when more tokens are asked for. */
export const FILLER_TOKENS: readonly string[] = " The| sandbox| goes| on| until| it| has| said| enough|.".split("|");

const DEFAULT_TEXT = ANSWER_TOKENS.join("");
/** Tokens per streamed chunk unless `sandbox:chunks` says otherwise: providers send between one and a sentence. */
const PIECE_TOKENS = 4;
/** Framing of a tool call beyond its name and arguments, in tokens. */
const TOOL_FRAMING = 4;
/** UTF-16 units of tool arguments per streamed chunk. */
const ARGUMENT_PIECE = 8;

/** Decides the whole answer: its text or tool call, where it stops, and the usage that will be reported. */
export function planAnswer(ask: Ask, directives: Directives, counter: TokenCounter): Answer {
  const limit = ask.outputLimit ?? Number.POSITIVE_INFINITY;
  const reasoning = Math.min(directives.reasoning, limit);
  const audioOut = Math.min(directives.audio, limit - reasoning);
  const room = limit - reasoning - audioOut;
  const spoken = ask.tool === null ? speak(directives, room) : callTool(ask.tool, room, counter);
  let output = (spoken.tokens + reasoning + audioOut) * ask.choices;
  if (directives.overrun !== null)
    output = (ask.outputLimit ?? output / ask.choices) * ask.choices + directives.overrun;
  const cacheRead = Math.min(directives.cached, ask.inputTokens);
  const cacheWrite5m = Math.min(directives.cacheWrite, ask.inputTokens - cacheRead);
  return {
    pieces: spoken.pieces,
    text: spoken.text,
    tool: spoken.tool,
    finish: spoken.finish,
    usage: {
      input: ask.inputTokens,
      cache_read: cacheRead,
      cache_write_5m: cacheWrite5m,
      cache_write_1h: Math.min(directives.cacheWrite1h, ask.inputTokens - cacheRead - cacheWrite5m),
      audio_in: Math.min(directives.audioIn, ask.inputTokens - cacheRead),
      output,
      reasoning: reasoning * ask.choices,
      audio_out: audioOut * ask.choices,
    },
    usageReported: !directives.noUsage,
  };
}

interface Spoken {
  pieces: readonly string[];
  text: string;
  tool: Answer["tool"];
  finish: Finish;
  tokens: number;
}

const DEFAULT_SPOKEN: Spoken = {
  pieces: regroup(ANSWER_TOKENS, ANSWER_TOKENS.length / PIECE_TOKENS),
  text: DEFAULT_TEXT,
  tool: null,
  finish: "stop",
  tokens: ANSWER_TOKENS.length,
};

function speak(directives: Directives, room: number): Spoken {
  if (directives === NO_DIRECTIVES && room >= ANSWER_TOKENS.length) return DEFAULT_SPOKEN;
  const wanted = directives.tokens ?? Math.max(ANSWER_TOKENS.length, directives.chunks ?? 0);
  const tokens = Math.min(wanted, room);
  const words = Array.from({ length: tokens }, (_, index) => tokenAt(index));
  const pieces = regroup(words, directives.chunks ?? Math.ceil(tokens / PIECE_TOKENS));
  if (directives.big > 0) pieces.push(" ".repeat(directives.big));
  return { pieces, text: pieces.join(""), tool: null, finish: tokens < wanted ? "length" : "stop", tokens };
}

function tokenAt(index: number): string {
  if (index < ANSWER_TOKENS.length) return ANSWER_TOKENS[index] ?? "";
  return FILLER_TOKENS[(index - ANSWER_TOKENS.length) % FILLER_TOKENS.length] ?? "";
}

function regroup(words: readonly string[], chunks: number): string[] {
  const count = Math.max(1, Math.min(chunks, words.length));
  return Array.from({ length: count }, (_, index) =>
    words.slice(Math.floor((index * words.length) / count), Math.floor(((index + 1) * words.length) / count)).join(""),
  );
}

function callTool(offer: { name: string; schema: unknown }, room: number, counter: TokenCounter): Spoken {
  const letters = Array.from(JSON.stringify(simulatedValue(offer.schema)));
  const wanted = counter.count(offer.name) + counter.count(letters.join("")) + TOOL_FRAMING;
  const tokens = Math.min(wanted, room);
  const kept = tokens < wanted ? letters.slice(0, Math.floor((letters.length * tokens) / wanted)) : letters;
  const argumentPieces: string[] = [];
  for (let at = 0; at < kept.length; at += ARGUMENT_PIECE)
    argumentPieces.push(kept.slice(at, at + ARGUMENT_PIECE).join(""));
  return {
    pieces: [],
    text: "",
    tool: { name: offer.name, argumentPieces },
    finish: tokens < wanted ? "length" : "tool",
    tokens,
  };
}
