import { BRIDGE, type Bridge } from "./contract.ts";

/** The bridge of this process. Throws a TypeError in one that serves pages alone. */
export function findBridge(): Bridge {
  const found: unknown = Reflect.get(globalThis, BRIDGE);
  if (!isBridge(found)) throw new TypeError("These pages are served by `npx meterr up`; there is no bridge here.");
  return found;
}

function isBridge(value: unknown): value is Bridge {
  return typeof value === "object" && value !== null && "fetch" in value && typeof value.fetch === "function";
}
