import type { Admitted } from "./admitted.ts";
import { answerResponse, discard, isRaw, prepareAnswer, type PreparedAnswer } from "./answer/prepare-answer.ts";
import { reportTo } from "./events/report-to.ts";
import { rateLimitHeaders } from "./gates/limit-rate.ts";
import { handlerContext } from "./handler-context.ts";
import { idempotencyKeyOf } from "./idempotency/idempotency-key.ts";
import { claimIdempotency, rememberIdempotency, type IdempotencyScope } from "./idempotency/idempotency-record.ts";
import { requestHash } from "./idempotency/request-hash.ts";
import type { Plan } from "./plan.ts";
import { problemOfStatus } from "./answer/problem-of-status.ts";
import { Problem } from "./problem.ts";
import type { HandlerResult } from "./route.ts";
import { TenantTransaction } from "./transaction/tenant-transaction.ts";
import { isReplay, REPLAY_ANSWER } from "./webhooks/replay/is-replay.ts";

/** Runs the handler, and answers only once its effect is committed. Throws, rolled back, on every failure. */
export async function runHandler(plan: Plan, admitted: Admitted): Promise<Response> {
  const transaction = admitted.tenant === null ? null : new TenantTransaction(plan.host, admitted.tenant);
  const committed: (() => void | Promise<void>)[] = [];
  let result: HandlerResult | null = null;
  try {
    const { principal, tenant, now } = admitted;
    const claim = { tenantId: tenant?.id ?? null, route: plan.name, now };
    if (principal?.kind === "webhook" && (await isReplay(principal, plan.definition.replay, transaction, claim))) {
      return respond(admitted, prepareAnswer(REPLAY_ANSWER), true);
    }
    // A webhook is claimed already, and some senders say as much in this header.
    const isKeyed = plan.definition.method !== "GET" && principal?.kind !== "webhook";
    const key = isKeyed ? idempotencyKeyOf(admitted.request) : null;
    const scope = key === null ? null : await idempotencyScope(plan, admitted, key);
    if (scope !== null && transaction !== null) {
      const replay = await claimIdempotency(transaction.sql, scope);
      if (replay !== null) {
        await transaction.rollback();
        return respond(admitted, prepareAnswer(replay), true);
      }
    }
    result = await plan.handler(handlerContext(plan, admitted, transaction, committed));
    if (result.status >= 400) throw problemOfStatus(result.status);
    // Serialised first: what cannot be sent must not be kept either.
    const answer = prepareAnswer(result);
    if (scope !== null && transaction !== null && result.status < 300) {
      const body = result.replayBody === undefined ? result.body : result.replayBody;
      if (isRaw(body)) throw new TypeError("Bytes cannot be repeated: an idempotent route says them in replayBody.");
      await rememberIdempotency(transaction.sql, scope, { status: result.status, body });
    }
    if (transaction !== null) await transaction.commit();
    if (committed.length > 0) await runCommitted(plan, admitted, committed);
    return respond(admitted, answer);
  } catch (error) {
    discard(result?.body);
    await transaction?.rollback();
    throw error;
  }
}

async function idempotencyScope(plan: Plan, admitted: Admitted, key: string): Promise<IdempotencyScope> {
  const { request, target, tenant, principal } = admitted;
  if (plan.definition.idempotency === "none" || tenant === null || principal === null) {
    // Silence would let the client believe in a promise that nobody keeps.
    throw new Problem("invalid_request", { detail: "This route takes no Idempotency-Key." });
  }
  const whole = `${target.pathname}?${target.query}`;
  return {
    tenantId: tenant.id,
    principalId: `${principal.kind}:${principal.id}`,
    route: plan.name,
    key,
    hash: await requestHash(request.method, whole, await admitted.rawBody()),
    now: admitted.now,
  };
}

async function runCommitted(
  plan: Plan,
  admitted: Admitted,
  committed: readonly (() => void | Promise<void>)[],
): Promise<void> {
  for (const fn of committed) {
    try {
      await fn();
    } catch (error) {
      // The effect stands and the client must hear so.
      reportTo(plan.host, { error, requestId: admitted.requestId, route: plan.name });
    }
  }
}

function respond(admitted: Admitted, answer: PreparedAnswer, replayed = false): Response {
  const own: Record<string, string> = rateLimitHeaders(admitted.limits);
  own["x-request-id"] = admitted.requestId;
  if (replayed) own["idempotent-replayed"] = "true";
  return answerResponse(answer, own, admitted.request.method !== "HEAD");
}
