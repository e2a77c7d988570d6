import type { Value } from "../values/value.ts";
import { packageOf, type UnseenCall } from "./call.ts";

/** Builders of procedures, routers and guarded actions: kept as they are built, and followed when they are an entry. */
export function procedures(call: UnseenCall): Value | undefined {
  const { method, chain, args, receiver } = call;
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
  // What makes a middleware or plugin of a function, or hands its errors on, is the function.
  if (PLAIN_WRAPPER.test(packageOf(chain.root)) || (method === "createMiddleware" && receiver === null))
    return args.find((arg) => arg.k === "closure");
  if (method === "promisify" && args[0] !== undefined) return args[0];
  return undefined;
}

const PLAIN_WRAPPER =
  /^(?:express-async-handler|express-async-wrap|express-asyncify|fastify-plugin|middie|koa-compose|async-middleware|@awaitjs\/express)$/;
const BUILDING =
  /^(?:use|input|output|query|mutation|subscription|meta|unstable_concat|concat|schema|inputSchema|outputSchema|action|stateAction|metadata|bindArgsSchemas|handler|middleware|create|context|onError|handle|route|errors|actionClient|createServerAction)$/;
const PROCEDURE =
  /procedure$|^(?:t|trpc|initTRPC)$|action(?:client)?$|^(?:os|base|authed|pub|protected|orpc|actionClient|safeAction)$|client$/i;

function rootName(root: Value): string {
  return root.k === "foreign" ? root.name : root.k === "opaque" ? root.name : "";
}
