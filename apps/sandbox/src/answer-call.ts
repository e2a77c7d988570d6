import type { IncomingHttpHeaders } from "node:http";
import { countTokensReply as countMessages, messagesReply } from "./anthropic/messages-reply.ts";
import { readMessages, readPrompt } from "./anthropic/read-messages.ts";
import { planAnswer } from "./answer.ts";
import type { TokenCounter } from "./count-tokens.ts";
import type { Directives } from "./directives.ts";
import { NO_DIRECTIVES, parseDirectives } from "./directives.ts";
import type { Answer, Ask, Reply, TokenUsage } from "./exchange.ts";
import { countTokensReply as countContents, generateReply } from "./google/generate-reply.ts";
import { readGenerate } from "./google/read-generate.ts";
import type { JsonObject } from "./json-value.ts";
import { objectOf } from "./json-value.ts";
import { checkModel, getModel, listModels } from "./models.ts";
import type { Stamp } from "./openai/chat-reply.ts";
import { chatReply } from "./openai/chat-reply.ts";
import { embeddingsReply, readEmbeddings } from "./openai/embeddings.ts";
import { readChat } from "./openai/read-chat.ts";
import { readResponses } from "./openai/read-responses.ts";
import { responsesReply } from "./openai/responses-reply.ts";
import { SandboxRefusal } from "./provider-error.ts";
import type { Route } from "./route.ts";

/** What a call amounts to: the reply to send, the faults to apply to it, and what the ledger notes. */
export interface Answered {
  reply: Reply;
  directives: Directives;
  model: string | null;
  stream: boolean;
  usage: TokenUsage | null;
  usageReported: boolean;
}

export interface Call {
  route: Route;
  query: URLSearchParams;
  /** Empty for GET. */
  body: JsonObject;
  headers: IncomingHttpHeaders;
  credential: string;
  stamp: Stamp;
  counter: TokenCounter;
}

/** Answers a located, authenticated call. Throws SandboxRefusal for what the provider would refuse. */
export function answerCall(call: Call): Answered {
  const { route, body, counter, stamp } = call;
  switch (route.endpoint) {
    case "models.list":
      return plain(listModels(route.provider), null);
    case "models.get":
      return plain(getModel(route.provider, route.model ?? ""), route.model);
    case "chat.completions": {
      const includeUsage = objectOf(body["stream_options"])?.["include_usage"] === true;
      return generated(call, readChat(body, counter), (ask, answer) => chatReply(ask, answer, stamp, includeUsage));
    }
    case "responses":
      return generated(call, readResponses(body, counter), (ask, answer) => responsesReply(ask, answer, stamp, body));
    case "embeddings":
      return embedded(call);
    case "messages":
      return generated(call, readMessages(body, call.headers, counter), (ask, answer) =>
        messagesReply(ask, answer, stamp.id),
      );
    case "messages.count_tokens":
      return counted(call, readPrompt(body, call.headers, counter), countMessages);
    case "generateContent":
      return generated(call, readGenerate(body, route.model ?? "", false, counter), (ask, answer) =>
        generateReply(ask, answer, stamp.id, false),
      );
    case "streamGenerateContent": {
      const sse = call.query.get("alt") === "sse";
      return generated(call, readGenerate(body, route.model ?? "", true, counter), (ask, answer) =>
        generateReply(ask, answer, stamp.id, sse),
      );
    }
    case "countTokens":
      return counted(call, readGenerate(countedBody(body), route.model ?? "", false, counter), countContents);
  }
}

function plain(reply: Reply, model: string | null): Answered {
  return { reply, directives: NO_DIRECTIVES, model, stream: false, usage: null, usageReported: false };
}

function generated(call: Call, ask: Ask, render: (ask: Ask, answer: Answer) => Reply): Answered {
  const directives = parseDirectives(ask.directiveText);
  refuseAsAsked(call, ask.model, directives);
  const answer = planAnswer(ask, directives, call.counter);
  const { model, stream } = ask;
  return {
    reply: render(ask, answer),
    directives,
    model,
    stream,
    usage: answer.usage,
    usageReported: answer.usageReported,
  };
}

function counted(call: Call, ask: Ask, render: (inputTokens: number) => Reply): Answered {
  const directives = parseDirectives(ask.directiveText);
  refuseAsAsked(call, ask.model, directives);
  return {
    reply: render(ask.inputTokens),
    directives,
    model: ask.model,
    stream: false,
    usage: null,
    usageReported: false,
  };
}

/** Google's countTokens takes `contents` itself, or a whole `generateContentRequest`. */
function countedBody(body: JsonObject): JsonObject {
  return objectOf(body["generateContentRequest"]) ?? body;
}

function embedded(call: Call): Answered {
  const ask = readEmbeddings(call.body, call.counter);
  const directives = parseDirectives(ask.directiveText);
  refuseAsAsked(call, ask.model, directives);
  const usage = {
    input: ask.inputTokens,
    cache_read: 0,
    cache_write_5m: 0,
    cache_write_1h: 0,
    audio_in: 0,
    output: 0,
    reasoning: 0,
    audio_out: 0,
  };
  const reply = embeddingsReply(ask, !directives.noUsage);
  return { reply, directives, model: ask.model, stream: false, usage, usageReported: !directives.noUsage };
}

/** The refusal a `sandbox:status` directive asks for; with `-echo` the credential stands in the message, as providers do it. */
function refuseAsAsked(call: Call, model: string, directives: Directives): void {
  checkModel(call.route.provider, model);
  if (directives.status === null) return;
  const echo = directives.echoCredential ? ` Incorrect API key provided: ${call.credential}.` : "";
  const refusal = new SandboxRefusal(
    directives.status,
    `[simulated] The sandbox was asked to answer ${directives.status}.${echo}`,
  );
  refusal.model = model;
  throw refusal;
}
