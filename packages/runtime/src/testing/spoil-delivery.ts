/** What can become of a signed delivery on its way, whoever sends: with any of these, nobody has signed what arrives. */
export const SPOILT_DELIVERIES = [
  "re-serialised",
  "member added",
  "octet changed",
  "cut",
  "compressed",
  "empty",
  "unsigned",
  "signature cut",
  "signature made up",
] as const;
export type SpoiltDelivery = (typeof SPOILT_DELIVERIES)[number];

const encoder = new TextEncoder();

/** The delivery as it arrives. Rejects with a TypeError unless it is a JSON object or array, sent without white space. */
export async function spoilDelivery(request: Request, how: SpoiltDelivery, signatureHeader: string): Promise<Request> {
  const { url, method } = request;
  const headers = new Headers(request.headers);
  const signature = headers.get(signatureHeader) ?? "";
  const sent = await request.text();
  if (how === "unsigned") headers.delete(signatureHeader);
  if (how === "signature cut") headers.set(signatureHeader, signature.slice(0, -1));
  if (how === "signature made up") headers.set(signatureHeader, madeUp(signature));
  if (how === "compressed") headers.set("content-encoding", "gzip");
  const body = await bodyOf(sent, how);
  headers.delete("content-length");
  return new Request(url, { method, headers, body: body as Uint8Array<ArrayBuffer> });
}

async function bodyOf(sent: string, how: SpoiltDelivery): Promise<Uint8Array> {
  const parsed: unknown = JSON.parse(sent);
  if (typeof parsed !== "object" || parsed === null || /\n/.test(sent)) throw new TypeError("Not as agreed.");
  if (how === "re-serialised") return encoder.encode(`${JSON.stringify(parsed, null, 1)}\n`);
  if (how === "member added") return encoder.encode(sent.replace(/^[[{]/, (first) => `${first}${addedTo(first)}`));
  if (how === "octet changed") return changed(encoder.encode(sent));
  if (how === "cut") return encoder.encode(sent.slice(0, -1));
  if (how === "empty") return new Uint8Array();
  if (how !== "compressed") return encoder.encode(sent);
  const packed = new Blob([sent]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(packed).arrayBuffer());
}

function addedTo(first: string): string {
  return first === "{" ? '"org_id":"x",' : '{"org_id":"x"},';
}

function changed(bytes: Uint8Array): Uint8Array {
  const at = bytes.byteLength >> 1;
  return bytes.map((octet, index) => (index === at ? octet ^ 1 : octet));
}

/** Of the same form, with every letter and digit of its last 40 turned into another. */
function madeUp(signature: string): string {
  const at = Math.max(0, signature.length - 40);
  return signature.slice(0, at) + signature.slice(at).replaceAll(/[0-9a-f]/g, (digit) => (digit === "0" ? "1" : "0"));
}
