import { KeysError } from "../errors.ts";

/** The portable modules: they import the runtime alone. A slug here is offered once its key.json is there. */
export const OFFERED = [
  "audit-log",
  "github-secret-scanning",
  "safe-cron",
  "stripe-entitlements",
  "tenant-rls",
  "webhook-inbox",
] as const;

/** Meterr's own: they stand on Meterr's packages and database, which no other host has. */
const OWN: ReadonlySet<string> = new Set([
  "members",
  "model-prices",
  "provider-secrets",
  "token-count",
  "usage-tracking",
  "virtual-keys",
]);

/** Throws KeysError `unknown_module` unless the slug is among `there`. */
export function requireOffered(slug: string, there: readonly string[]): void {
  if (there.includes(slug)) return;
  const offered = { next: `Modules to choose from: ${there.join(", ")}.` };
  if (OWN.has(slug)) {
    const why =
      "is one of Meterr's own modules: it needs Meterr's packages and database, so it is not offered to hosts";
    throw new KeysError("unknown_module", `${slug} ${why}.`, offered);
  }
  throw new KeysError("unknown_module", `There is no module "${slug}".`, offered);
}
