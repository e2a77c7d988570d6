import { fronts } from "../fronts/find-front.ts";
import type { ProviderName } from "../fronts/front.ts";

/** The sandbox is sealed by name, since its port may differ from one start to the next. */
const SANDBOX = "sandbox:";
const sandboxBase: Record<ProviderName, string> = { openai: "/openai/v1", anthropic: "/anthropic", google: "/google" };

/** An address a call may be sent to: an exact origin and the path its endpoints stand under. */
export interface Destination {
  readonly origin: string;
  readonly basePath: string;
  readonly simulated: boolean;
}

export interface Destinations {
  /**
   * Reads the destination sealed with a secret. Null when the operator's allow-list does not hold it, or when
   * a live key would reach the sandbox or a test key anything else.
   */
  resolve(provider: ProviderName, sealed: string, mode: "live" | "test"): Destination | null;
  /** The sandbox with its own credential, for test keys without a provider secret. */
  sandbox(provider: ProviderName): Destination | null;
}

export function destinations(sandboxOrigin: string | null, allowedDestinations: readonly string[]): Destinations {
  const sandboxAt = sandboxOrigin === null ? null : new URL(sandboxOrigin).origin;
  const allowed = new Set(allowedDestinations.map((destination) => new URL(destination).origin));
  const own = new Map(fronts.map((front) => [front.provider, new URL(front.destination).origin]));

  const sandbox = (provider: ProviderName): Destination | null =>
    sandboxAt === null ? null : { origin: sandboxAt, basePath: sandboxBase[provider], simulated: true };

  return {
    sandbox,
    resolve(provider, sealed, mode) {
      if (sealed === `${SANDBOX}${provider}`) return mode === "test" ? sandbox(provider) : null;
      if (mode !== "live" || !URL.canParse(sealed)) return null;
      const url = new URL(sealed);
      if (url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "") return null;
      if (url.origin === sandboxAt) return null;
      if (url.origin !== own.get(provider) && !allowed.has(url.origin)) return null;
      return { origin: url.origin, basePath: url.pathname.replace(/\/$/, ""), simulated: false };
    },
  };
}
