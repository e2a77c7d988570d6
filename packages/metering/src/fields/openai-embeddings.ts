import { countMessage, free, object, notMetered, text } from "./rules.ts";
import type { Rule } from "./visit.ts";

const tokenOrText: Rule = (value, path, visit) => {
  if (typeof value === "number") visit.tokens++;
  else if (typeof value === "string") {
    countMessage(visit);
    text(value, path, visit);
  } else if (Array.isArray(value)) for (const entry of value) tokenOrText(entry, path, visit);
  else notMetered(value, path, visit);
};

/** OpenAI embeddings, https://platform.openai.com/docs/api-reference/embeddings/create; input is text or tokens. */
export const openaiEmbeddings = object({
  model: free,
  input: tokenOrText,
  encoding_format: free,
  dimensions: free,
  user: free,
});
