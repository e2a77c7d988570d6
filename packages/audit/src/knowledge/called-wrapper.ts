import type { Closure, Value } from "../values/value.ts";
import type { UnseenCall } from "./call.ts";
import { lentClient } from "./databases/lent-clients.ts";

/**
 * `const authed = withAuth(handler, [Permission.Keys]); export default (req, res) => authed(req, res)`: what was wrapped by
 * code that is not seen, where what came of it is called with the request.
 */
export function wrappedBefore({ chain, args, names }: UnseenCall): Closure | undefined {
  if (names.length > 0 || chain.steps.length < 2 || !args.some(isOfRequest)) return undefined;
  for (const step of chain.steps.slice(0, -1)) {
    const found = step.kind === "call" ? step.args.find((arg): arg is Closure => arg.k === "closure") : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What the wrapper hands on: the request and the response as they came where it takes both, and else a thing of its own. */
export function handedOn(call: UnseenCall, callback: Closure, authenticated: boolean): readonly Value[] {
  const bag: Value = { k: "request", path: "", authenticated };
  const lent = lentClient(call, callback);
  if (lent !== null) return [lent, bag, bag];
  const [request, response, ...more] = call.args;
  if (request?.k !== "request" || response?.k !== "response-writer" || callback.node.params.length < 2)
    return [bag, bag, bag];
  return [authenticated ? bag : request, response, ...more, bag];
}

function isOfRequest({ k }: Value): boolean {
  return k === "request" || k === "response-writer";
}
