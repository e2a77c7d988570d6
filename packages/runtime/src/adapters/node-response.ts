import type { NodeIncoming, NodeOutgoing } from "./node-message.ts";

/** Writes a Response, waiting whenever the client is slower. Rejects when the body's source fails. */
export async function writeNodeResponse(
  incoming: NodeIncoming,
  outgoing: NodeOutgoing,
  response: Response,
): Promise<void> {
  outgoing.statusCode = response.status;
  for (const [name, value] of response.headers) {
    if (name !== "set-cookie") outgoing.setHeader(name, value);
  }
  const cookies = response.headers.getSetCookie();
  if (cookies.length > 0) outgoing.setHeader("set-cookie", cookies);
  // What the client still sends of a refused body would be read as the next request.
  if (!incoming.complete) outgoing.setHeader("connection", "close");
  if (response.body === null) {
    outgoing.end();
    return;
  }
  const reader: ReadableStreamDefaultReader<Uint8Array> = response.body.getReader();
  const left = new Promise<void>((resolve) => outgoing.once("close", resolve));
  for (;;) {
    const step = await Promise.race([reader.read(), left]);
    if (step === undefined || outgoing.destroyed) {
      await reader.cancel();
      return;
    }
    if (step.done) break;
    if (!outgoing.write(step.value)) {
      await Promise.race([new Promise<void>((resolve) => outgoing.once("drain", resolve)), left]);
    }
  }
  outgoing.end();
}
