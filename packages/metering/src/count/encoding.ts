import { countPairs, type Ranks } from "./byte-pairs.ts";

export type Encoding = "o200k_base" | "cl100k_base";

/** Counts the tokens of a text; special tokens in it are text like any other. */
export type CountText = (text: string) => number;

const NAMES: readonly (readonly [RegExp, Encoding])[] = [
  [/^(gpt-4o|chatgpt-4o|gpt-4\.1|gpt-4\.5|gpt-5|o1|o3|o4)/, "o200k_base"],
  [/^(gpt-4|gpt-3\.5|text-embedding-(3|ada-002))/, "cl100k_base"],
];

/** The published encoding of an OpenAI model (openai/tiktoken `model.py`); null where none is known. */
export function encodingOf(model: string): Encoding | null {
  const name = model.toLowerCase();
  for (const [pattern, encoding] of NAMES) if (pattern.test(name)) return encoding;
  return null;
}

type Raw = readonly (string | readonly number[])[];

function ranksOf(raw: Raw): Ranks {
  const ranks = new Map<string, number>();
  // forEach passes over the holes of unused ranks.
  raw.forEach((token, rank) => ranks.set(Buffer.from(token as string).toString("latin1"), rank));
  return ranks;
}

function counter(ranks: Ranks, split: RegExp): CountText {
  return (text) => {
    let tokens = 0;
    for (const [piece] of text.matchAll(split)) {
      const ascii = Buffer.byteLength(piece) === piece.length;
      tokens += countPairs(ranks, ascii ? piece : Buffer.from(piece).toString("latin1"));
    }
    return tokens;
  };
}

/**
 * Loads an encoding's table: some tens of megabytes and a tenth of a second, so it is done where counting is done and
 * not on import.
 */
export async function loadEncoding(encoding: Encoding): Promise<CountText> {
  const patterns = await import("gpt-tokenizer/encodingParams/constants");
  if (encoding === "o200k_base") {
    const { default: raw } = await import("gpt-tokenizer/bpeRanks/o200k_base");
    return counter(ranksOf(raw), patterns.O200K_TOKEN_SPLIT_REGEX);
  }
  const { default: raw } = await import("gpt-tokenizer/bpeRanks/cl100k_base");
  return counter(ranksOf(raw), patterns.CL100K_TOKEN_SPLIT_REGEX);
}
