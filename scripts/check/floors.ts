import type { Room } from "./rooms.ts";

/**
 * Who may import whom, as ARCHITECTURE.md says it. A package lists every package it may import; what is not listed
 * here may import nobody.
 */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  runtime: [],
  vault: [],
  metering: [],
  outbound: [],
  database: ["runtime", "vault", "metering", "outbound"],
  identity: ["runtime", "vault", "metering", "outbound"],
  audit: ["runtime"],
  ledger: ["metering", "database", "runtime"],
};

/** Meterr's own modules may stand on any package; every other module is portable and stands on the runtime alone. */
const OWN_MODULES: ReadonlySet<string> = new Set([
  "budgets",
  "incident-response",
  "members",
  "model-prices",
  "privacy-rights",
  "provider-secrets",
  "token-count",
  "usage-reconciliation",
  "usage-tracking",
  "virtual-keys",
]);

/** @returns null when `from` may import `to`, else the rule that forbids it. */
export function forbids(from: Room, to: Room): string | null {
  if (to.kind === "app") return "nobody imports an app";
  if (to.kind === "example") return "nobody imports an example";
  if (from.kind === "example") return forbidsExample(to);
  // The benches drive a whole machine, by the harness the end-to-end tests start it with.
  if (to.kind === "outside")
    return from.folder === "bench" && to.folder === "e2e" ? null : `nobody imports ${to.folder}`;
  if (from.kind === "app" || from.kind === "outside") return null;
  if (from.kind === "module") return forbidsModule(from, to);
  if (to.kind === "module") return "a package never imports a module";
  const allowed = PACKAGES[slug(from)] ?? [];
  if (allowed.includes(slug(to))) return null;
  return allowed.length === 0
    ? `${slug(from)} imports no other room`
    : `${slug(from)} may import ${allowed.join(", ")} only`;
}

/** A host that knows nothing of Meterr has what anybody can install. */
function forbidsExample(to: Room): string | null {
  if (to.kind === "module") return OWN_MODULES.has(slug(to)) ? "Meterr's own modules are not for other hosts" : null;
  return slug(to) === "runtime" ? null : "an example imports the runtime and portable modules alone";
}

function forbidsModule(from: Room, to: Room): string | null {
  if (to.kind === "module") return "modules do not import each other";
  if (OWN_MODULES.has(slug(from)) || slug(to) === "runtime") return null;
  return "a portable module imports the runtime alone";
}

function slug(room: Room): string {
  return room.folder.split("/")[1] ?? room.folder;
}

/** The lowest floor is pure: not even its tests need a database. */
export function isLowest(room: Room): boolean {
  return room.kind === "package" && (PACKAGES[slug(room)] ?? []).length === 0;
}
