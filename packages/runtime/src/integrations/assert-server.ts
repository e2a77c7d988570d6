import { RuntimeError } from "../runtime-error.ts";

// Of a page or one of its workers. Servers at the edge have `self`, some `ServiceWorkerGlobalScope`; none has these.
const BROWSER_GLOBALS = ["window", "document", "DedicatedWorkerGlobalScope", "SharedWorkerGlobalScope"];

/** Throws RuntimeError `integration_invalid` in a browser: whatever is bundled for one can be read by its visitor. */
export function assertServer(name: string): void {
  const found = BROWSER_GLOBALS.find((global) => global in globalThis);
  if (found === undefined) return;
  throw new RuntimeError(
    "integration_invalid",
    `${name} holds secrets and runs on the server only, but "${found}" is present. Import it from server code alone.`,
  );
}
