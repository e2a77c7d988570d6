import { hash } from "node:crypto";
import type { TokenCounter } from "../count-tokens.ts";
import type { Reply } from "../exchange.ts";
import type { JsonObject } from "../json-value.ts";
import { countOf, listOf } from "../json-value.ts";
import { invalid, requiredModel } from "./read-chat.ts";

/** Most inputs in one request, and most dimensions, as the API documents. */
const MAX_INPUTS = 2048;
const MAX_DIMENSIONS = 3072;
const DEFAULT_DIMENSIONS = new Map([["text-embedding-3-large", 3072]]);

export interface EmbeddingsAsk {
  model: string;
  /** What each vector is made of; nothing of it is kept. */
  inputs: readonly string[];
  /** The last input that is text; directives are read from it. */
  directiveText: string;
  inputTokens: number;
  dimensions: number;
  base64: boolean;
}

/** Reads POST /v1/embeddings: a text, texts, tokens, or lists of tokens. Throws SandboxRefusal 400. */
export function readEmbeddings(body: JsonObject, counter: TokenCounter): EmbeddingsAsk {
  const inputs = inputsOf(body["input"]);
  if (inputs === null || inputs.length === 0 || inputs.length > MAX_INPUTS) throw invalid("input");
  const model = requiredModel(body);
  const dimensions =
    body["dimensions"] === undefined ? (DEFAULT_DIMENSIONS.get(model) ?? 1536) : countOf(body["dimensions"]);
  if (dimensions === null || dimensions < 1 || dimensions > MAX_DIMENSIONS) throw invalid("dimensions");
  const format = body["encoding_format"] ?? "float";
  if (format !== "float" && format !== "base64") throw invalid("encoding_format");
  const texts = inputs.filter((input) => typeof input === "string");
  return {
    model,
    inputs: inputs.map((input) => (typeof input === "string" ? input : JSON.stringify(input))),
    directiveText: texts.at(-1) ?? "",
    inputTokens: inputs.reduce<number>(
      (sum, input) => sum + (typeof input === "string" ? counter.count(input) : input.length),
      0,
    ),
    dimensions,
    base64: format === "base64",
  };
}

function inputsOf(value: unknown): (string | readonly number[])[] | null {
  if (typeof value === "string") return value === "" ? null : [value];
  if (isTokens(value)) return [value];
  const inputs: (string | readonly number[])[] = [];
  for (const item of listOf(value)) {
    if (!isTokens(item) && (typeof item !== "string" || item === "")) return null;
    inputs.push(item);
  }
  return inputs;
}

function isTokens(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.length > 0 && value.every((item) => countOf(item) !== null);
}

export function embeddingsReply(ask: EmbeddingsAsk, usageReported: boolean): Reply {
  const data = ask.inputs.map((input, index) => {
    const vector = simulatedVector(input, ask.dimensions);
    const embedding = ask.base64 ? Buffer.from(vector.buffer).toString("base64") : Array.from(vector);
    return { object: "embedding", index, embedding };
  });
  const usage = { prompt_tokens: ask.inputTokens, total_tokens: ask.inputTokens };
  const body = { object: "list", data, model: ask.model, ...(usageReported ? { usage } : {}) };
  return { kind: "whole", status: 200, headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}

/** A unit vector that depends on the text alone; little-endian floats, as the API's base64 form has them. */
export function simulatedVector(text: string, dimensions: number): Float32Array {
  let state = hash("sha256", text, "buffer").readUInt32LE(0) | 1;
  const vector = new Float32Array(dimensions);
  let square = 0;
  for (let index = 0; index < dimensions; index += 1) {
    // xorshift32 (Marsaglia 2003): plenty for numbers that mean nothing.
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    const value = state / 0x8000_0000;
    vector[index] = value;
    square += value * value;
  }
  const length = Math.sqrt(square);
  return vector.map((value) => value / length);
}
