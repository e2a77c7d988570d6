import { quietly } from "../events/quietly.ts";
import type { HandlerResult } from "../route.ts";
import { SECURITY_HEADERS } from "./security-headers.ts";

/** Statuses that go without a body (https://fetch.spec.whatwg.org/#null-body-status). */
const SILENT: ReadonlySet<number> = new Set([204, 205, 304]);

/** A handler's answer, serialised before the commit, so that what cannot be sent still rolls back. */
export interface PreparedAnswer {
  readonly status: number;
  readonly body: string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array> | null;
  readonly headers: Headers | undefined;
  readonly isJson: boolean;
}

/** Serialises a handler's result. Throws a TypeError on what cannot be sent. */
export function prepareAnswer(result: HandlerResult): PreparedAnswer {
  const { status } = result;
  if (!Number.isInteger(status) || status < 200 || status > 399) {
    throw new TypeError("A handler answered with an impossible status.");
  }
  // It throws on what no header can hold.
  const headers = result.headers === undefined ? undefined : new Headers(result.headers);
  if (isRaw(result.body)) {
    if (headers?.has("content-type") !== true) throw new TypeError("Bytes need a content-type.");
    if (result.body instanceof ReadableStream && result.body.locked) throw new TypeError("The stream is read already.");
    return { status, body: result.body, headers, isJson: false };
  }
  const isJson = result.body !== undefined;
  return { status, body: isJson ? JSON.stringify(result.body) : null, headers, isJson };
}

/** True of a body that is sent as it is. */
export function isRaw(body: unknown): body is Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array> {
  return body instanceof Uint8Array || body instanceof ReadableStream;
}

/** The Response, with the gates' own headers over the handler's. */
export function answerResponse(
  answer: PreparedAnswer,
  own: Readonly<Record<string, string>>,
  withBody: boolean,
): Response {
  const silent = !withBody || SILENT.has(answer.status);
  const gates: Record<string, string> = { ...SECURITY_HEADERS, ...own };
  if (answer.isJson) gates["content-type"] = "application/json";
  // Whoever feeds a stream that nobody will read must hear so, or waits for ever.
  if (silent) discard(answer.body);
  const body = silent ? null : answer.body;
  // One record straight into the Response: a Headers object in between costs as much as all other gates.
  if (answer.headers === undefined) return new Response(body, { status: answer.status, headers: gates });
  const { headers } = answer;
  for (const name in gates) headers.set(name, gates[name] ?? "");
  return new Response(body, { status: answer.status, headers });
}

/** Cancels a stream that is not sent after all. */
export function discard(body: unknown): void {
  if (body instanceof ReadableStream) quietly(() => body.cancel());
}
