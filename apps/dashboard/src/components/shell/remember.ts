/** A year. Seconds. */
const KEEP_FOR = 31_536_000;

/** Keeps a preference in a cookie of this site; null forgets it. Never anything secret. */
export function remember(name: string, value: string | null): void {
  const secure = window.location.protocol === "https:" ? "; Secure" : "";
  const age = value === null ? 0 : KEEP_FOR;
  document.cookie = `${name}=${encodeURIComponent(value ?? "")}; Path=/; Max-Age=${age}; SameSite=Lax${secure}`;
}
