import type { TokenCounter } from "../count-tokens.ts";
import { partsText } from "../directives.ts";
import type { Ask, ToolOffer } from "../exchange.ts";
import type { JsonObject } from "../json-value.ts";
import { listOf, objectOf, textOf } from "../json-value.ts";
import { invalid, outputLimit, requiredModel } from "./read-chat.ts";

const PER_ITEM = 4;
const REPLY_PRIMING = 3;

/** Reads POST /v1/responses: `input` is a string or a list of items. Throws SandboxRefusal 400 as the API would. */
export function readResponses(body: JsonObject, counter: TokenCounter): Ask {
  const input = typeof body["input"] === "string" ? [{ role: "user", content: body["input"] }] : listOf(body["input"]);
  if (input.length === 0) throw invalid("input");
  let inputTokens = REPLY_PRIMING + counter.count(textOf(body["instructions"]) ?? "");
  let directiveText = "";
  let lastType: string | null = null;
  for (const value of input) {
    const item = objectOf(value);
    if (item === null) throw invalid("input");
    inputTokens += PER_ITEM + itemTokens(item, counter);
    if (item["role"] === "user") directiveText = partsText(item["content"]);
    lastType = textOf(item["type"]);
  }
  if (body["tools"] !== undefined) inputTokens += counter.count(JSON.stringify(body["tools"]));
  return {
    model: requiredModel(body),
    stream: body["stream"] === true,
    directiveText,
    inputTokens,
    outputLimit: outputLimit(body, "max_output_tokens"),
    choices: 1,
    tool: lastType === "function_call_output" ? null : offeredTool(listOf(body["tools"]), body["tool_choice"]),
  };
}

function itemTokens(item: JsonObject, counter: TokenCounter): number {
  if (item["content"] !== undefined) return counter.count(partsText(item["content"]));
  const call = [item["name"], item["arguments"], item["output"]];
  return call.reduce<number>((sum, part) => sum + counter.count(textOf(part) ?? ""), 0);
}

function offeredTool(tools: readonly unknown[], toolChoice: unknown): ToolOffer | null {
  if (toolChoice === "none") return null;
  const wanted = textOf(objectOf(toolChoice)?.["name"]);
  for (const value of tools) {
    const tool = objectOf(value);
    const name = tool?.["type"] === "function" ? textOf(tool["name"]) : null;
    if (name !== null && (wanted === null || wanted === name)) return { name, schema: tool?.["parameters"] };
  }
  return null;
}
