// Names by which a client would claim what only the server may say. Compared without case and punctuation.
const AUTHORITY = new Set([
  "admin",
  "entitlement",
  "entitlements",
  "features",
  "isadmin",
  "isowner",
  "memberid",
  "orgid",
  "organisationid",
  "organizationid",
  "owner",
  "ownerid",
  "permission",
  "permissions",
  "price",
  "role",
  "roles",
  "scope",
  "scopes",
  "subjectid",
  "superuser",
  "tenant",
  "tenantid",
  "userid",
]);

// The body's own nesting is bounded before this.
const MAX_DEPTH = 32;

/**
 * The path of the first field that claims authority and that the schema dropped, or null.
 * A dropped claim decides nothing, but whoever sends one believes otherwise, so it is refused aloud.
 */
export function unreadAuthority(input: unknown, output: unknown, path: string, depth = 0): string | null {
  if (depth > MAX_DEPTH || !isRecord(input) || !isRecord(output)) return null;
  for (const name of Object.keys(input)) {
    const inner = `${path}.${name}`;
    if (!Object.hasOwn(output, name)) {
      if (AUTHORITY.has(name.toLowerCase().replaceAll(/[-_]/g, ""))) return inner;
      continue;
    }
    const found = unreadAuthority(input[name], output[name], inner, depth + 1);
    if (found !== null) return found;
  }
  return null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
