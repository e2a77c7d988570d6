/** SHA-256 over what makes two requests the same: method, target and body, each with its length. */
export async function requestHash(method: string, target: string, body: Uint8Array): Promise<Uint8Array> {
  const head = new TextEncoder().encode(`${method} ${target.length} ${target}\n`);
  const whole = new Uint8Array(head.byteLength + body.byteLength);
  whole.set(head, 0);
  whole.set(body, head.byteLength);
  return new Uint8Array(await crypto.subtle.digest("SHA-256", whole));
}
