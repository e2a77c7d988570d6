import type { IncomingHttpHeaders } from "node:http";
import type { TokenCounter } from "../count-tokens.ts";
import { partsText } from "../directives.ts";
import type { Ask, ToolOffer } from "../exchange.ts";
import type { JsonObject } from "../json-value.ts";
import { countOf, listOf, objectOf, textOf } from "../json-value.ts";
import { SandboxRefusal } from "../provider-error.ts";

const PER_MESSAGE = 3;
const REPLY_PRIMING = 4;
/** A small picture: Anthropic's vision guide counts width × height / 750. */
const PER_IMAGE = 85;

/** Reads POST /v1/messages. Throws SandboxRefusal 400 as the API would. */
export function readMessages(body: JsonObject, headers: IncomingHttpHeaders, counter: TokenCounter): Ask {
  const limit = countOf(body["max_tokens"]);
  if (limit === null || limit < 1)
    throw new SandboxRefusal(
      400,
      body["max_tokens"] === undefined
        ? "max_tokens: Field required"
        : "max_tokens: Input should be a positive integer",
    );
  return { ...readPrompt(body, headers, counter), stream: body["stream"] === true, outputLimit: limit };
}

/** Reads POST /v1/messages/count_tokens, whose body has neither limit nor stream. */
export function readPrompt(body: JsonObject, headers: IncomingHttpHeaders, counter: TokenCounter): Ask {
  if (headers["anthropic-version"] === undefined)
    throw new SandboxRefusal(400, "anthropic-version: header is required");
  const model = textOf(body["model"]);
  if (model === null || model === "") throw new SandboxRefusal(400, "model: Field required");
  const messages = listOf(body["messages"]);
  if (messages.length === 0) throw new SandboxRefusal(400, "messages: at least one message is required");
  let inputTokens = REPLY_PRIMING + counter.count(partsText(body["system"]));
  let directiveText = "";
  let answersTool = false;
  for (const value of messages) {
    const message = objectOf(value);
    const role = textOf(message?.["role"]);
    if (message === null || (role !== "user" && role !== "assistant" && role !== "system"))
      throw new SandboxRefusal(400, "messages: Input should be a valid message");
    inputTokens += PER_MESSAGE + contentTokens(message["content"], counter);
    answersTool = listOf(message["content"]).some((part) => objectOf(part)?.["type"] === "tool_result");
    if (role === "user" && !answersTool) directiveText = partsText(message["content"]);
  }
  const tools = listOf(body["tools"]);
  if (tools.length > 0) inputTokens += counter.count(JSON.stringify(tools));
  return {
    model,
    stream: false,
    directiveText,
    inputTokens,
    outputLimit: null,
    choices: 1,
    tool: answersTool ? null : offeredTool(tools, objectOf(body["tool_choice"])),
  };
}

function contentTokens(content: unknown, counter: TokenCounter): number {
  let tokens = counter.count(partsText(content));
  for (const value of listOf(content)) {
    const part = objectOf(value);
    if (part?.["type"] === "image" || part?.["type"] === "document") tokens += PER_IMAGE;
    if (part?.["type"] === "tool_use")
      tokens += counter.count(JSON.stringify(part["input"] ?? {})) + counter.count(textOf(part["name"]) ?? "");
    if (part?.["type"] === "tool_result") tokens += counter.count(partsText(part["content"]));
  }
  return tokens;
}

function offeredTool(tools: readonly unknown[], toolChoice: JsonObject | null): ToolOffer | null {
  if (toolChoice?.["type"] === "none") return null;
  const wanted = toolChoice?.["type"] === "tool" ? textOf(toolChoice["name"]) : null;
  for (const value of tools) {
    const tool = objectOf(value);
    const name = tool?.["input_schema"] === undefined ? null : textOf(tool["name"]);
    if (name !== null && (wanted === null || wanted === name)) return { name, schema: tool?.["input_schema"] };
  }
  return null;
}
