import type { Judged } from "../../rules/rule.ts";
import type { Operation } from "../../trace/operation.ts";
import { isProviderName } from "../entry/provider-callback.ts";
import { askedBack } from "./asked-back.ts";

/** `POST /api/mollie`: no name says that it is called back, and all that is done goes by what the provider was asked. */
export function isToldByProvider(open: readonly Operation[], { entry, trace }: Judged): boolean {
  if (entry.kind !== "route" || entry.method === "GET" || !isProviderName(`${entry.path ?? ""} ${entry.file}`))
    return false;
  return open.every((one) => askedBack(trace.operations, one));
}
