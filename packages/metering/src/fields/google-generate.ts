import { countMessage, countTool, free, list, notMetered, object, oneOf, schema, text, textOr } from "./rules.ts";
import type { Rule } from "./visit.ts";

/**
 * Google generateContent and streamGenerateContent, https://ai.google.dev/api/generate-content
 *
 * Not metered under a hard limit: cached contents and files (text that is not in the request), inline media (tokens
 * depend on tiling, pages or length), tools that run at Google, media output, and the priority tier.
 */
const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Google reads both spellings of a name. Both at once would hide one from whoever reads the other. */
function either(fields: Readonly<Record<string, Rule>>): Rule {
  const both: Record<string, Rule> = {};
  for (const [name, rule] of Object.entries(fields)) both[name] = both[snake(name)] = rule;
  const rule = object(both);
  return (value, path, visit) => {
    if (typeof value === "object" && value !== null) {
      for (const name of Object.keys(fields)) {
        const other = snake(name);
        if (other !== name && Object.hasOwn(value, name) && Object.hasOwn(value, other)) {
          notMetered(value, path === "" ? other : `${path}.${other}`, visit);
        }
      }
    }
    rule(value, path, visit);
  };
}

const part = either({
  text,
  thought: free,
  // Encrypted thoughts; never shorter than what they hold.
  thoughtSignature: text,
  functionCall: schema,
  functionResponse: either({ id: text, name: text, response: schema, willContinue: free, scheduling: free }),
  inlineData: notMetered,
  fileData: notMetered,
  executableCode: notMetered,
  codeExecutionResult: notMetered,
  videoMetadata: notMetered,
  mediaResolution: free,
});

const parts: Rule = (value, path, visit) =>
  (Array.isArray(value) ? list(part, countMessage) : part)(value, path, visit);
const content = either({ role: text, parts });
// A single content, or a bare string, is accepted where a list is documented.
const contents: Rule = (value, path, visit) => {
  (Array.isArray(value) ? list(textOr(content), countMessage) : textOr(content))(value, path, visit);
};

const generationConfig = either({
  maxOutputTokens: free,
  candidateCount: free,
  stopSequences: free,
  temperature: free,
  topP: free,
  topK: free,
  seed: free,
  presencePenalty: free,
  frequencyPenalty: free,
  responseLogprobs: free,
  logprobs: free,
  responseMimeType: free,
  responseSchema: schema,
  responseJsonSchema: schema,
  _responseJsonSchema: schema,
  responseModalities: list(oneOf("TEXT", "text")),
  thinkingConfig: either({ includeThoughts: free, thinkingBudget: free, thinkingLevel: free }),
  enableEnhancedCivicAnswers: free,
  mediaResolution: free,
  speechConfig: notMetered,
  imageConfig: notMetered,
});

export const googleGenerate = either({
  contents,
  systemInstruction: textOr(content),
  tools: list(either({ functionDeclarations: list(schema, countTool) }), countTool),
  toolConfig: free,
  safetySettings: free,
  generationConfig,
  cachedContent: notMetered,
  serviceTier: oneOf("standard", "flex", "SERVICE_TIER_STANDARD", "SERVICE_TIER_FLEX", "unspecified"),
  labels: free,
  store: free,
  model: free,
});
