import { Problem } from "../problem.ts";

// A client that sends a byte now and then must not hold a request for ever (slow loris).
const BODY_DEADLINE_MS = 10_000;

/** Refuses by the declared length, before a byte is read. Throws Problem `body_too_large` or `invalid_request`. */
export function checkDeclaredLength(request: Request, maxBytes: number): void {
  const declared = request.headers.get("content-length");
  if (declared === null) return;
  if (!/^\d{1,15}$/.test(declared)) throw new Problem("invalid_request", { detail: "content-length is not a number." });
  if (Number(declared) > maxBytes) throw new Problem("body_too_large");
}

/**
 * Reads the body, counting as it arrives.
 * Throws Problem `body_too_large` past `maxBytes`, `request_timeout` past the deadline, `invalid_request` when it breaks off.
 */
export async function readBody(request: Request, maxBytes: number, deadlineMs = BODY_DEADLINE_MS): Promise<Uint8Array> {
  if (request.body === null) return new Uint8Array(0);
  if (request.bodyUsed) throw new TypeError("The body was read before the gates.");
  const reader = request.body.getReader();
  const chunks: Uint8Array[] = [];
  let total = 0;
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    reader.cancel().catch(() => undefined);
  }, deadlineMs);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (late) throw new Problem("request_timeout", { headers: { connection: "close" } });
      if (done) break;
      // Of text the length would be no number, and no bound would hold.
      if (typeof value.byteLength !== "number") throw new TypeError("A body arrives as bytes.");
      total += value.byteLength;
      if (total > maxBytes) throw new Problem("body_too_large");
      chunks.push(value);
    }
  } catch (error) {
    reader.cancel().catch(() => undefined);
    if (error instanceof Problem) throw error;
    throw new Problem("invalid_request", { detail: "The body broke off.", cause: error });
  } finally {
    clearTimeout(timer);
  }
  return join(chunks, total);
}

function join(chunks: readonly Uint8Array[], total: number): Uint8Array {
  const [only] = chunks;
  if (only !== undefined && chunks.length === 1) return only;
  const whole = new Uint8Array(total);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.byteLength;
  }
  return whole;
}
