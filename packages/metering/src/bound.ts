import type { Priced } from "./catalogue.ts";
import type { InputMeasure, Inspection } from "./inspect-request.ts";
import type { Provider } from "./provider.ts";
import { highestRate } from "./rate-of.ts";

/**
 * Tokens a provider adds around the text. What is published, and where we only leave room:
 * - OpenAI: 3 a message, 1 a name, 3 to prime the answer (OpenAI cookbook, "How to count tokens with tiktoken").
 *   For tools nothing is published; the constants are room.
 * - Anthropic: a system prompt for tool use of up to 530 tokens (Claude 3 Opus; 346 for most, docs "Tool use
 *   pricing"). The figure for a tool is room for the descriptions of those it defines itself (`bash`, `computer`, …).
 * - Google publishes no figure; all of it is room.
 * An image, at the dearest: OpenAI 2,833 + 8 × 5,667 = 48,169 (gpt-4o-mini, 2048 × 768 in high detail). Anthropic
 * scales images down before it counts width × height / 750; 6,000 is room above that. Google's are not metered.
 * Where room should prove too small, the overrun is recorded in full and the virtual key suspended.
 */
export const FRAMING: Readonly<
  Record<Provider, { base: number; message: number; tool: number; tools: number; image: number }>
> = {
  openai: { base: 64, message: 16, tool: 32, tools: 256, image: 50_000 },
  anthropic: { base: 64, message: 16, tool: 1_024, tools: 1_024, image: 6_000 },
  google: { base: 64, message: 16, tool: 128, tools: 512, image: 50_000 },
};

/**
 * Claude models from 4.6 on cost 11/10 in US-only inference, which a workspace may have as its default.
 * https://platform.claude.com/docs/en/build-with-claude/data-residency
 */
const RESIDENCY = /^claude-(opus|sonnet|haiku|fable)-(4-[6-9]|[5-9]|\d\d)/;

/** What the ledger reserves by. Money in nano-dollars times 10^6, so that the one rounding is the ledger's. */
export interface Bound {
  /** Upper bound of all input tokens. */
  readonly inputTokens: number;
  /** Those at the dearest rate that can apply, plus fees per request. */
  readonly inputMicro: bigint;
  /** Dearest rate that can apply to any output token, nano-dollars per million. */
  readonly outputPrice: bigint;
  /** Upper bound of the output tokens of all choices together. */
  readonly outputTokens: number;
  /** The request set no limit of its own, so the output may be cut to what fits (`lowerTo`). */
  readonly lowerable: boolean;
  /** Neither table nor catalogue knows the model's limit: the bound holds only if it is sent upstream. */
  readonly mustSend: boolean;
}

/** Stands in for a model's limit where none is known; longer than any model's answer. */
const ASSUMED_OUTPUT = 1_048_576;

/** Framing tokens of the request, apart from its text. */
export function framingTokens(provider: Provider, input: InputMeasure): number {
  const framing = FRAMING[provider];
  return (
    framing.base +
    framing.message * input.messages +
    (input.tools > 0 ? framing.tools + framing.tool * input.tools : 0) +
    framing.image * input.images +
    input.tokens +
    input.renderedBytes
  );
}

/** A token is at least one byte of UTF-8 in every tokenizer in use, so the bytes bound the tokens. */
function textBytes(input: InputMeasure): number {
  if (input.texts.length === 0 && input.messages === 0) return input.bodyBytes;
  let bytes = 0;
  for (const text of input.texts) bytes += Buffer.byteLength(text);
  return bytes;
}

function dearest(rates: readonly (bigint | null)[]): bigint {
  return rates.reduce<bigint>((most, rate) => (rate !== null && rate > most ? rate : most), 0n);
}

const surcharged = (rate: bigint, applies: boolean): bigint => (applies ? (rate * 11n + 9n) / 10n : rate);

/** Upper bound of the input tokens, and their cost times 10^6 at the dearest rate that can apply. */
export function boundInput(
  inspection: Inspection,
  priced: Priced,
  countedTextTokens?: number,
): { tokens: number; micro: bigint } {
  const { provider, input } = inspection;
  // Texts are counted apart and may be joined upstream; a joint seldom costs a token, so each is given one.
  const text = countedTextTokens === undefined ? textBytes(input) : countedTextTokens + input.texts.length;
  const tokens = text + framingTokens(provider, input);
  const names = ["input"];
  // OpenAI writes its cache unasked; Anthropic only where the request says so.
  if (provider === "openai" || input.cacheWrite !== "none") names.push("cache_write_5m");
  if (input.cacheWrite === "1h") names.push("cache_write_1h");
  if (input.images > 0) names.push("image_in");
  const rate = dearest(names.map((name) => highestRate(priced.table, name, tokens)));
  const resident = provider === "anthropic" && RESIDENCY.test(priced.model);
  const fee = priced.table["requests"] === undefined ? 0n : highestRate(priced.table, "requests", tokens);
  return { tokens, micro: BigInt(tokens) * surcharged(rate, resident) + (fee ?? 0n) };
}

/** Upper bound of the output tokens of all choices, and the dearest rate that can apply to one. */
export function boundOutput(
  inspection: Inspection,
  priced: Priced,
  inputTokens: number,
): Pick<Bound, "outputPrice" | "outputTokens" | "lowerable" | "mustSend"> {
  if (inspection.endpoint === "embeddings") {
    return { outputPrice: 0n, outputTokens: 0, lowerable: false, mustSend: false };
  }
  const names = ["output", "reasoning", "audio_out", "image_out", "video_out"];
  const rate = dearest(names.map((name) => highestRate(priced.table, name, inputTokens)));
  const resident = inspection.provider === "anthropic" && RESIDENCY.test(priced.model);
  const each = inspection.maxOutput ?? priced.maxOutput;
  return {
    outputPrice: surcharged(rate, resident),
    outputTokens: Math.min((each ?? ASSUMED_OUTPUT) * inspection.n, Number.MAX_SAFE_INTEGER),
    lowerable: inspection.maxOutput === null,
    mustSend: each === null,
  };
}

/**
 * The most a request can cost at these prices. `countedTextTokens` is an exact count of `input.texts` (`tokenCounter`
 * with the model's `encodingOf`, and never one it calls an estimate), made only when the bound by bytes does not fit.
 */
export function boundCost(inspection: Inspection, priced: Priced, countedTextTokens?: number): Bound {
  const input = boundInput(inspection, priced, countedTextTokens);
  return {
    inputTokens: input.tokens,
    inputMicro: input.micro,
    ...boundOutput(inspection, priced, input.tokens),
  };
}

/** The share of one choice when the ledger granted `granted` output tokens for all; null when that is less than one. */
export function outputPerChoice(inspection: Inspection, granted: number): number | null {
  const each = Math.floor(granted / inspection.n);
  return each < 1 ? null : each;
}
