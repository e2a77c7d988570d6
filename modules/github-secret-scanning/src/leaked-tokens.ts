import type { LeakedToken, LeakLocation } from "./leaked-token.ts";
import type { AlertMatch } from "./validators/alerts.ts";

/** A token pasted all over the place is one to revoke. */
const MAX_LOCATIONS = 100;

const SOURCE = /^[a-z][a-z0-9_]{0,63}$/;

/** Each token and type once, by hash, with where it was found. */
export async function leakedTokens(matches: readonly AlertMatch[]): Promise<readonly LeakedToken[]> {
  const found = new Map<string, LeakedToken & { readonly locations: LeakLocation[] }>();
  for (const { token, type, url, source } of matches) {
    const tokenHash = await sha256Hex(token);
    const id = `${tokenHash} ${type}`;
    const leaked = found.get(id) ?? { tokenHash, type, locations: [] };
    found.set(id, leaked);
    const location = { url: webAddress(url ?? ""), source: SOURCE.test(source ?? "") ? (source ?? "") : "unknown" };
    const known = leaked.locations.some((other) => other.url === location.url && other.source === location.source);
    if (!known && leaked.locations.length < MAX_LOCATIONS) leaked.locations.push(location);
  }
  return [...found.values()];
}

/** Whatever is no plain https address is none: hosts show these to people. */
function webAddress(text: string): string {
  const url = URL.parse(text);
  return url?.protocol === "https:" && url.username === "" && url.password === "" ? url.href : "";
}

async function sha256Hex(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
