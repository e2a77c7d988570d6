import type { Provider } from "../../api/answers.ts";

export interface Snippet {
  readonly id: string;
  readonly label: string;
  readonly provider: Provider;
  text(gatewayUrl: string, virtualKey: string): string;
}

/** Each runs as it stands once its SDK is installed. The names of models are the providers' cheapest at this time. */
export const SNIPPETS: readonly Snippet[] = [
  {
    id: "curl",
    label: "curl",
    provider: "openai",
    text: (gateway, key) => `curl ${gateway}/openai/v1/chat/completions \\
  -H "Authorization: Bearer ${key}" \\
  -H "Content-Type: application/json" \\
  -d '{"model": "gpt-4o-mini", "max_tokens": 100,
       "messages": [{"role": "user", "content": "Say hello."}]}'`,
  },
  {
    id: "openai",
    label: "OpenAI SDK",
    provider: "openai",
    text: (gateway, key) => `import OpenAI from "openai";

const openai = new OpenAI({
  baseURL: "${gateway}/openai/v1",
  apiKey: "${key}",
});
const answer = await openai.chat.completions.create({
  model: "gpt-4o-mini",
  max_tokens: 100,
  messages: [{ role: "user", content: "Say hello." }],
});
console.log(answer.choices[0].message.content);`,
  },
  {
    id: "anthropic",
    label: "Anthropic SDK",
    provider: "anthropic",
    text: (gateway, key) => `import Anthropic from "@anthropic-ai/sdk";

const anthropic = new Anthropic({
  baseURL: "${gateway}/anthropic",
  apiKey: "${key}",
});
const answer = await anthropic.messages.create({
  model: "claude-haiku-4-5",
  max_tokens: 100,
  messages: [{ role: "user", content: "Say hello." }],
});
console.log(answer.content);`,
  },
  {
    id: "google",
    label: "Google SDK",
    provider: "google",
    text: (gateway, key) => `import { GoogleGenAI } from "@google/genai";

const google = new GoogleGenAI({
  apiKey: "${key}",
  httpOptions: { baseUrl: "${gateway}/google" },
});
const answer = await google.models.generateContent({
  model: "gemini-2.5-flash",
  contents: "Say hello.",
  config: { maxOutputTokens: 100 },
});
console.log(answer.text);`,
  },
];
