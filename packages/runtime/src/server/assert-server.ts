import { RuntimeError } from "../runtime-error.ts";

// Of a page or one of its workers. Servers at the edge have `self`, some `ServiceWorkerGlobalScope`; none has these.
const BROWSER_GLOBALS = ["window", "document", "DedicatedWorkerGlobalScope", "SharedWorkerGlobalScope"];

/** Throws RuntimeError with this code in a browser: whatever is bundled for one can be read by its visitor. */
export function assertServer(name: string, code: "integration_invalid" | "ui_invalid"): void {
  const found = BROWSER_GLOBALS.find((global) => global in globalThis);
  if (found === undefined) return;
  throw new RuntimeError(
    code,
    `${name} runs on the server only, but "${found}" is present. Import it from server code alone.`,
  );
}
