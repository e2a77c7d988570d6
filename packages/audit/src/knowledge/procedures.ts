import type { Value } from "../values/value.ts";
import type { UnseenCall } from "./call.ts";

/** Builders of procedures, routers and guarded actions: kept as they are built, and followed when they are an entry. */
export function procedures(call: UnseenCall): Value | undefined {
  const { method, chain, args } = call;
  if (
    BUILDING.test(method) &&
    (chain.steps.some((step) => step.kind === "member" && PROCEDURE.test(step.name)) ||
      PROCEDURE.test(rootName(chain.root)))
  )
    return chain;
  // The same function, remembered.
  if (
    /^(?:cache|unstable_cache|memoize|memo|once|pMemoize|useCallback|debounce|throttle|memoizeOne|mem|cacheFn|asyncCache)$/.test(
      method,
    ) &&
    args[0]?.k === "closure"
  )
    return args[0];
  if (method === "promisify" && args[0] !== undefined) return args[0];
  return undefined;
}

const BUILDING =
  /^(?:use|input|output|query|mutation|subscription|meta|unstable_concat|concat|schema|inputSchema|outputSchema|action|stateAction|metadata|bindArgsSchemas|handler|middleware|create|context|onError|handle|route|errors|actionClient|createServerAction)$/;
const PROCEDURE =
  /procedure$|^(?:t|trpc|initTRPC)$|action(?:client)?$|^(?:os|base|authed|pub|protected|orpc|actionClient|safeAction)$|client$/i;

function rootName(root: Value): string {
  return root.k === "foreign" ? root.name : root.k === "opaque" ? root.name : "";
}
