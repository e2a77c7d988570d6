import type { Plan } from "../plan.ts";
import type { Problem } from "../problem.ts";
import { emitEvent } from "./safe-event.ts";

/** Tells the host, if it listens, what a route answered. `began` is of `performance.now()`. */
export function tellAnswer(
  { host, definition, name }: Plan,
  requestId: string,
  status: number,
  problem: Problem | null,
  began: number,
): void {
  if (host.onEvent === undefined) return;
  emitEvent(host.onEvent, {
    event: "route.answered",
    module: definition.manifest.slug,
    route: name,
    request_id: requestId,
    status,
    code: problem?.code,
    retryable: problem?.retryable,
    duration_ms: Math.round(performance.now() - began),
  });
}
