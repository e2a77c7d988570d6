import type { Endpoint } from "../provider.ts";
import { anthropicMessages } from "./anthropic-messages.ts";
import { googleGenerate } from "./google-generate.ts";
import { openaiChat } from "./openai-chat.ts";
import { openaiEmbeddings } from "./openai-embeddings.ts";
import { openaiResponses } from "./openai-responses.ts";
import type { Rule } from "./visit.ts";

/** The closed table by endpoint. Endpoints without one (counting, listings) cost nothing. */
export const FIELD_TABLES: Readonly<Partial<Record<Endpoint, Rule>>> = {
  "chat.completions": openaiChat,
  responses: openaiResponses,
  embeddings: openaiEmbeddings,
  messages: anthropicMessages,
  generateContent: googleGenerate,
  streamGenerateContent: googleGenerate,
};
