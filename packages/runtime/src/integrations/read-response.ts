/** The same answer with its body in memory, or null when that has more than `maxBytes`. Rejects as the stream does. */
export async function readResponse(response: Response, maxBytes: number): Promise<Response | null> {
  const { status, statusText, headers, body } = response;
  if (body === null) return response;
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.byteLength;
    if (length > maxBytes) {
      void reader.cancel().catch(() => undefined);
      return null;
    }
    chunks.push(value);
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.byteLength;
  }
  return new Response(whole, { status, statusText, headers });
}
