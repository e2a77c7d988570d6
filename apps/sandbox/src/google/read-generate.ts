import type { TokenCounter } from "../count-tokens.ts";
import { partsText } from "../directives.ts";
import type { Ask, ToolOffer } from "../exchange.ts";
import type { JsonObject } from "../json-value.ts";
import { countOf, listOf, objectOf, textOf } from "../json-value.ts";
import { SandboxRefusal } from "../provider-error.ts";

/** A small picture, as the Gemini guide on tokens counts it. */
const PER_IMAGE = 258;
const MAX_CANDIDATES = 8;

/** Reads a `:generateContent`, `:streamGenerateContent` or `:countTokens` body. Throws SandboxRefusal 400. */
export function readGenerate(body: JsonObject, model: string, stream: boolean, counter: TokenCounter): Ask {
  const contents = listOf(body["contents"]);
  if (contents.length === 0)
    throw new SandboxRefusal(400, "* GenerateContentRequest.contents: contents is not specified");
  let inputTokens = contentTokens(field(body, "systemInstruction", "system_instruction"), counter);
  let directiveText = "";
  let answersTool = false;
  for (const value of contents) {
    const content = objectOf(value);
    if (content === null) throw new SandboxRefusal(400, "Invalid value at 'contents'.");
    inputTokens += 1 + contentTokens(content, counter);
    answersTool = listOf(content["parts"]).some((part) => objectOf(part)?.["functionResponse"] !== undefined);
    if ((textOf(content["role"]) ?? "user") === "user" && !answersTool) directiveText = partsText(content["parts"]);
  }
  const tools = listOf(body["tools"]);
  if (tools.length > 0) inputTokens += counter.count(JSON.stringify(tools));
  const config = objectOf(field(body, "generationConfig", "generation_config"));
  return {
    model,
    stream,
    directiveText,
    inputTokens,
    outputLimit: positive(config, "maxOutputTokens", "max_output_tokens"),
    choices: Math.min(positive(config, "candidateCount", "candidate_count") ?? 1, MAX_CANDIDATES),
    tool: answersTool ? null : offeredTool(tools, field(body, "toolConfig", "tool_config")),
  };
}

/** Proto JSON takes either spelling of a field. */
function field(body: JsonObject | null, camel: string, snake: string): unknown {
  return body?.[camel] ?? body?.[snake];
}

function positive(config: JsonObject | null, camel: string, snake: string): number | null {
  const value = field(config, camel, snake);
  if (value === undefined) return null;
  const count = countOf(value);
  if (count === null || count < 1) throw new SandboxRefusal(400, `Invalid value at 'generation_config.${snake}'.`);
  return count;
}

function contentTokens(value: unknown, counter: TokenCounter): number {
  const content = objectOf(value);
  let tokens = counter.count(partsText(content?.["parts"]));
  for (const item of listOf(content?.["parts"])) {
    const part = objectOf(item);
    if (part?.["inlineData"] !== undefined || part?.["fileData"] !== undefined) tokens += PER_IMAGE;
    const call = part?.["functionCall"] ?? part?.["functionResponse"];
    if (call !== undefined) tokens += counter.count(JSON.stringify(call));
  }
  return tokens;
}

function offeredTool(tools: readonly unknown[], toolConfig: unknown): ToolOffer | null {
  const calling = objectOf(objectOf(toolConfig)?.["functionCallingConfig"]);
  if (calling?.["mode"] === "NONE") return null;
  const allowed = listOf(calling?.["allowedFunctionNames"]);
  for (const value of tools) {
    for (const item of listOf(objectOf(value)?.["functionDeclarations"])) {
      const declaration = objectOf(item);
      const name = textOf(declaration?.["name"]);
      if (name === null || (allowed.length > 0 && !allowed.includes(name))) continue;
      return { name, schema: declaration?.["parameters"] ?? declaration?.["parametersJsonSchema"] };
    }
  }
  return null;
}
