import type { IncomingMessage, ServerResponse } from "node:http";

/** How much of an unwanted body is read, and for how long, so that the client is still listening when the answer comes. */
const MOST_BYTES = 16 * 1024 * 1024;
const LONGEST = 1_000;

/**
 * Answers a request whose body has not been read, then closes the connection (an unread body would be taken for the
 * next request). Closing at once would reset a client that is still sending, and it would never see the answer
 * (RFC 9112 section 9.6), so the rest is read and thrown away within bounds.
 */
export function endAfterBody(request: IncomingMessage, response: ServerResponse, body: string): void {
  response.write(body);
  let size = 0;
  const done = (): void => {
    clearTimeout(timer);
    response.end();
  };
  const timer = setTimeout(done, LONGEST);
  request.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size > MOST_BYTES) done();
  });
  request.once("end", done).once("close", done);
  request.resume();
}
