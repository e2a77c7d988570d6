/** Bytes of body at most: the largest body here is a sign-up. */
export const MAX_BODY_BYTES = 8 * 1024;

export type ReadJson =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly code: "body_too_large" | "malformed_json" };

/** Reads a body as JSON in UTF-8, bounded before it is parsed; an empty body is an empty object. */
export async function readJson(request: Request): Promise<ReadJson> {
  const bytes = await readBounded(request);
  if (bytes === null) return { ok: false, code: "body_too_large" };
  if (bytes.length === 0) return { ok: true, value: {} };
  try {
    return { ok: true, value: JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)) };
  } catch {
    return { ok: false, code: "malformed_json" };
  }
}

async function readBounded(request: Request): Promise<Uint8Array | null> {
  if (request.body === null) return new Uint8Array();
  const reader = request.body.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return Buffer.concat(chunks);
    size += value.byteLength;
    if (size > MAX_BODY_BYTES) {
      await reader.cancel();
      return null;
    }
    chunks.push(value);
  }
}
