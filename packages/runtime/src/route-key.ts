import { problemResponse, toProblem } from "./answer/problem-response.ts";
import type { Authenticator, PublicAccess } from "./authenticator.ts";
import { defineRoute } from "./define-route.ts";
import { reportTo } from "./events/report-to.ts";
import { tellAnswer } from "./events/tell-answer.ts";
import type { AnyAuthorize } from "./gates/authorize.ts";
import { rateLimitHeaders } from "./gates/limit-rate.ts";
import { passGates } from "./pass-gates.ts";
import type { Plan } from "./plan.ts";
import type { Progress } from "./progress.ts";
import type { HandlerResult, RouteInput, RouteKey, RouteOptions } from "./route.ts";
import type { TenantScope } from "./tenant/tenant-scope.ts";
import type { ReplayOf } from "./webhooks/replay/replay-protection.ts";

/**
 * Builds a route whose handler is reached only through every gate, in this order: method and size → limit by
 * address → authentication → tenant → membership and role → limit by tenant → validation → handler.
 * The returned function never rejects: every failure is a problem document.
 * Throws RuntimeError `route_invalid` or `manifest_disagrees` at construction.
 */
export function routeKey<
  const Input extends RouteInput,
  Scope extends TenantScope,
  Auth extends Authenticator | PublicAccess,
>(options: RouteOptions<Input, Scope, Auth> & ReplayOf<Auth>): RouteKey {
  const { definition, pattern } = defineRoute(options as unknown as RouteOptions<RouteInput, TenantScope, Auth>);
  const plan: Plan = {
    definition,
    pattern,
    host: options.host,
    // The gates build exactly the access and context these types promise; the casts are where the generics end.
    authorize: (options.authorize as AnyAuthorize | undefined) ?? null,
    name: `${definition.method} ${definition.path}`,
    handler: options.handler as unknown as (context: unknown) => Promise<HandlerResult>,
  };
  const route = async (request: Request): Promise<Response> => {
    const requestId = crypto.randomUUID();
    const progress: Progress = { limits: [], delivery: null, tenantId: null };
    const began = performance.now();
    try {
      const response = await passGates(plan, request, requestId, progress);
      const isReplay = response.headers.has("idempotent-replayed");
      tellAnswer(plan, { requestId, progress, status: response.status, problem: null, isReplay, began });
      return response;
    } catch (error) {
      const problem = toProblem(error, definition.problems);
      if (problem.status >= 500) reportTo(plan.host, { error: problem.cause ?? problem, requestId, route: plan.name });
      const isReplay = problem.code === "replayed";
      tellAnswer(plan, { requestId, progress, status: problem.status, problem, isReplay, began });
      const response = problemResponse(problem, requestId, rateLimitHeaders(progress.limits));
      return request.method === "HEAD" ? new Response(null, response) : response;
    }
  };
  return Object.freeze(Object.assign(route, { definition }));
}
