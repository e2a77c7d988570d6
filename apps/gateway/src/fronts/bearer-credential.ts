/** The token of an `Authorization: Bearer` header (RFC 6750 §2.1); another scheme counts as a credential we do not know. */
export function bearerCredential(header: string | undefined): string[] {
  if (header === undefined || header === "") return [];
  const match = /^Bearer +([^\s]+) *$/i.exec(header);
  return [match?.[1] ?? header];
}
