import type { TokenCounter } from "../count-tokens.ts";
import { partsText } from "../directives.ts";
import type { Ask, ToolOffer } from "../exchange.ts";
import type { JsonObject } from "../json-value.ts";
import { countOf, listOf, objectOf, textOf } from "../json-value.ts";
import { SandboxRefusal } from "../provider-error.ts";

/** Tokens OpenAI's cookbook ("How to count tokens with tiktoken") adds per message, and once for the reply. */
const PER_MESSAGE = 3;
const REPLY_PRIMING = 3;
/** A low-detail picture, as OpenAI's vision guide counts it. */
const PER_IMAGE = 85;
/** Most choices in one answer, as the API allows. */
const MAX_CHOICES = 128;

/** Reads POST /v1/chat/completions. Throws SandboxRefusal 400 as the API would. */
export function readChat(body: JsonObject, counter: TokenCounter): Ask {
  const messages = listOf(body["messages"]);
  if (messages.length === 0) throw invalid("messages");
  let inputTokens = REPLY_PRIMING;
  let directiveText = "";
  let last: JsonObject | null = null;
  for (const value of messages) {
    last = objectOf(value);
    const role = textOf(last?.["role"]);
    if (last === null || role === null) throw invalid("messages");
    inputTokens += PER_MESSAGE + counter.count(role) + contentTokens(last, counter);
    if (role === "user") directiveText = partsText(last["content"]);
  }
  const tools = body["tools"];
  if (tools !== undefined) inputTokens += counter.count(JSON.stringify(tools));
  return {
    model: requiredModel(body),
    stream: body["stream"] === true,
    directiveText,
    inputTokens,
    outputLimit: outputLimit(body, "max_completion_tokens") ?? outputLimit(body, "max_tokens"),
    choices: choices(body),
    tool: last?.["role"] === "tool" ? null : offeredTool(listOf(tools), body["tool_choice"]),
  };
}

function contentTokens(message: JsonObject, counter: TokenCounter): number {
  let tokens = counter.count(partsText(message["content"]));
  for (const part of listOf(message["content"])) {
    if (objectOf(part)?.["type"] === "image_url") tokens += PER_IMAGE;
  }
  if (message["tool_calls"] !== undefined) tokens += counter.count(JSON.stringify(message["tool_calls"]));
  const name = textOf(message["name"]);
  return name === null ? tokens : tokens + 1 + counter.count(name);
}

export function requiredModel(body: JsonObject): string {
  const model = textOf(body["model"]);
  if (model === null || model === "")
    throw new SandboxRefusal(400, "you must provide a model parameter", null, "model");
  return model;
}

/** A limit on output tokens: null when absent. */
export function outputLimit(body: JsonObject, field: string): number | null {
  const value = body[field];
  if (value === undefined || value === null) return null;
  const limit = countOf(value);
  if (limit === null || limit < 1) throw invalid(field);
  return limit;
}

function choices(body: JsonObject): number {
  if (body["n"] === undefined || body["n"] === null) return 1;
  const count = countOf(body["n"]);
  if (count === null || count < 1 || count > MAX_CHOICES) throw invalid("n");
  return count;
}

/** The tool to call: the one `tool_choice` names, else the first function; none when `tool_choice` is "none". */
function offeredTool(tools: readonly unknown[], toolChoice: unknown): ToolOffer | null {
  if (toolChoice === "none") return null;
  const wanted = textOf(objectOf(objectOf(toolChoice)?.["function"])?.["name"]);
  for (const value of tools) {
    const definition = objectOf(objectOf(value)?.["function"]);
    const name = textOf(definition?.["name"]);
    if (name !== null && (wanted === null || wanted === name)) return { name, schema: definition?.["parameters"] };
  }
  return null;
}

export function invalid(param: string): SandboxRefusal {
  return new SandboxRefusal(400, `Invalid value for '${param}'.`, "invalid_value", param);
}
