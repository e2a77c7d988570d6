import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { isSecretCheck, type ReceivedCall } from "./secret-check.ts";

/** A provider of a test's own: it answers as the test says, and only when it says so. */
export interface HeldUpstream {
  readonly origin: string;
  /** All but the checks below. */
  readonly received: ReceivedCall[];
  /** The key service's checks of fresh provider secrets: they come when they come, and are answered at once. */
  readonly secretChecks: ReceivedCall[];
  /** Answers every call that waits, and every later one at once. */
  release(): void;
  /** From now on calls wait again. */
  hold(): void;
  close(): Promise<void>;
}

export type AnswerCall = (call: ReceivedCall, response: ServerResponse) => void;

export async function heldUpstream(answer: AnswerCall, options: { held?: boolean } = {}): Promise<HeldUpstream> {
  const received: ReceivedCall[] = [];
  const secretChecks: ReceivedCall[] = [];
  let waiting: (() => void)[] = [];
  let held = options.held ?? false;
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await text(request);
    const call = { method: request.method ?? "", url: request.url ?? "", headers: request.headers, body };
    if (isSecretCheck(call)) {
      secretChecks.push(call);
      response.writeHead(200, { "content-type": "application/json" }).end("{}");
      return;
    }
    received.push(call);
    if (held) await new Promise<void>((resolve) => waiting.push(resolve));
    answer(call, response);
  };
  const server = createServer((request, response) => {
    take(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the upstream has no port");
  return {
    origin: `http://127.0.0.1:${address.port}`,
    received,
    secretChecks,
    release() {
      held = false;
      for (const go of waiting) go();
      waiting = [];
    },
    hold() {
      held = true;
    },
    async close() {
      for (const go of waiting) go();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** A plain answer in the called provider's shape that used exactly so many tokens. */
export function answerUsing(usage: { input: number; output: number }): AnswerCall {
  const { input, output } = usage;
  const google = {
    candidates: [{ content: { role: "model", parts: [{ text: "ok" }] }, finishReason: "STOP" }],
    usageMetadata: { promptTokenCount: input, candidatesTokenCount: output, totalTokenCount: input + output },
  };
  const anthropic = {
    id: "msg_test",
    type: "message",
    role: "assistant",
    content: [{ type: "text", text: "ok" }],
    stop_reason: "end_turn",
    usage: { input_tokens: input, output_tokens: output },
  };
  const openai = {
    id: "chatcmpl-test",
    object: "chat.completion",
    choices: [{ index: 0, message: { role: "assistant", content: "ok" }, finish_reason: "stop" }],
    usage: { prompt_tokens: input, completion_tokens: output, total_tokens: input + output },
  };
  return (call, response) => {
    const shape = call.url.includes(":generateContent") ? google : call.url.endsWith("/messages") ? anthropic : openai;
    const body = JSON.stringify(shape);
    response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(body) });
    response.end(body);
  };
}
