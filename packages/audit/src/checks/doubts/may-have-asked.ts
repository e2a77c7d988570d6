import type { Trace } from "../../trace/operation.ts";
import { mentions } from "../../values/mentions.ts";
import { isNarrowedByUnseen } from "./narrowed-by-unseen.ts";

/** What is told about a request and does not decide over it. */
const TELLS =
  /identify|touch|seen|presence|posthog|sentry|segment|mixpanel|log|track|audit|metric|capture|telemetry|analytics|event|notify|mail|send|emit|publish|enqueue|queue|validate|cache|redirect|json|respond|format|seriali[sz]e|present|schema|parse/i;

/** Is anything done in it by code that is not seen, and that may have asked who is calling or whose it is? */
export function mayHaveAsked({ operations }: Trace): boolean {
  return operations.some((one) => {
    if (one.kind === "query") return isNarrowedByUnseen(one.query.where);
    if (one.kind !== "call" || one.origin !== "missing" || TELLS.test(one.path)) return false;
    return one.args.some((arg) => mentions(arg, ({ k }) => k === "request" || k === "principal"));
  });
}
