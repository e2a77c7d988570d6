import type { Plan } from "../plan.ts";
import type { Problem } from "../problem.ts";
import type { Progress } from "../progress.ts";
import { emitEvent } from "./safe-event.ts";

export interface Answered {
  readonly requestId: string;
  readonly progress: Progress;
  readonly status: number;
  readonly problem: Problem | null;
  /** The answer of an earlier request was given again. */
  readonly isReplay: boolean;
  /** Of `performance.now()`. */
  readonly began: number;
}

/**
 * Tells the host, if it listens, what a route answered; and of a webhook whose signature held, who sent it, under which
 * id, for which tenant, and whether it was taken. What kind of event it is stays out: that is the sender's own text.
 */
export function tellAnswer({ host, definition, name }: Plan, answered: Answered): void {
  if (host.onEvent === undefined) return;
  const { requestId, progress, status, problem, isReplay, began } = answered;
  const common = {
    module: definition.manifest.slug,
    route: name,
    request_id: requestId,
    status,
    code: problem?.code,
    retryable: problem?.retryable,
    duration_ms: Math.round(performance.now() - began),
  };
  emitEvent(host.onEvent, { event: "route.answered", ...common });
  const { delivery, tenantId } = progress;
  if (delivery === null) return;
  emitEvent(host.onEvent, {
    event: "webhook.answered",
    ...common,
    provider: delivery.sender,
    delivery_id: delivery.id,
    tenant_id: tenantId,
    outcome: isReplay ? "replayed" : status < 400 ? "taken" : status < 500 ? "refused" : "failed",
  });
}
