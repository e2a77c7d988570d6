import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";

export interface SeenRequest {
  method: string;
  url: string;
  authorization: string | undefined;
  body: unknown;
}

export interface StubApi {
  origin: string;
  seen: SeenRequest[];
}

export interface StubAnswer {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
}

/** A server that answers each request with what `answer` says, and remembers what it was asked. */
export async function stubApi(t: TestContext, answer: (request: SeenRequest) => StubAnswer): Promise<StubApi> {
  const seen: SeenRequest[] = [];
  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const { method = "", url = "", headers } = request;
    const one = {
      method,
      url,
      authorization: headers.authorization,
      body: text === "" ? undefined : (JSON.parse(text) as unknown),
    };
    seen.push(one);
    const { status, body, headers: extra } = answer(one);
    response.writeHead(status, { "content-type": "application/json", ...extra });
    response.end(body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body));
  };
  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}
