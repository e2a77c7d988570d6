/** A client that sends a byte now and then must not hold a request for ever. Milliseconds. */
const BODY_DEADLINE = 10_000;

/** Bytes of body at most: the largest body here is a sign-up. */
export const MAX_BODY_BYTES = 8 * 1024;

export type ReadJson =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly code: "body_too_large" | "malformed_json" | "request_timeout" };

/** Reads a body as JSON in UTF-8, bounded in size and time before it is parsed; an empty body is an empty object. */
export async function readJson(request: Request, deadline = BODY_DEADLINE): Promise<ReadJson> {
  const bytes = await readBounded(request, deadline);
  if (typeof bytes === "string") return { ok: false, code: bytes };
  if (bytes.length === 0) return { ok: true, value: {} };
  try {
    return { ok: true, value: JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)) };
  } catch {
    return { ok: false, code: "malformed_json" };
  }
}

async function readBounded(
  request: Request,
  deadline: number,
): Promise<Uint8Array | "body_too_large" | "malformed_json" | "request_timeout"> {
  if (request.body === null) return new Uint8Array();
  const reader = request.body.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    reader.cancel().catch(() => undefined);
  }, deadline);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (late) return "request_timeout";
      if (done) return Buffer.concat(chunks);
      size += value.byteLength;
      if (size > MAX_BODY_BYTES) {
        await reader.cancel();
        return "body_too_large";
      }
      chunks.push(value);
    }
  } catch {
    // The client went away: nothing failed here.
    return "malformed_json";
  } finally {
    clearTimeout(timer);
  }
}
