import { addressBucket } from "./address/address-bucket.ts";
import type { AuthenticationIo } from "./authenticator.ts";
import { checkDeclaredLength, readBody } from "./body/read-body.ts";
import { authenticate } from "./gates/authenticate.ts";
import { checkAuthorized, type AnyAuthorize } from "./gates/authorize.ts";
import { limitRate } from "./gates/limit-rate.ts";
import { readInput } from "./gates/read-input.ts";
import { refuseQueryCredential } from "./gates/refuse-query-credential.ts";
import { requireSameSite } from "./gates/require-same-site.ts";
import type { RuntimeHost } from "./host.ts";
import { readQuery } from "./path/read-query.ts";
import { splitTarget } from "./path/split-target.ts";
import type { Principal } from "./principal.ts";
import type { Plan } from "./plan.ts";
import type { Progress } from "./progress.ts";
import { Problem } from "./problem.ts";
import type { RouteDefinition } from "./route.ts";
import { runHandler } from "./run-handler.ts";
import { selectTenant } from "./tenant/select-tenant.ts";
import type { VerifiedTenant } from "./tenant/verified-tenant.ts";

// RFC 9110 §4.1 recommends 8000 octets at least.
const MAX_URL_LENGTH = 8192;

/** Every gate in order, then the handler. Throws a Problem, or what the handler threw. */
export async function passGates(
  plan: Plan,
  request: Request,
  requestId: string,
  progress: Progress,
): Promise<Response> {
  const { definition, host } = plan;
  const { limits } = progress;

  // 1. Method and size, by what the request line and headers say.
  if (request.url.length > MAX_URL_LENGTH) throw new Problem("uri_too_long");
  const target = splitTarget(request.url);
  const params = plan.pattern.match(target.pathname);
  if (params === null) throw new Problem("not_found");
  const isHead = request.method === "HEAD" && definition.method === "GET";
  if (request.method !== definition.method && !isHead) {
    const allow = definition.method === "GET" ? "GET, HEAD" : definition.method;
    throw new Problem("method_not_allowed", { headers: { allow } });
  }
  checkDeclaredLength(request, definition.maxBodyBytes);

  // 2. Limit by address, before anything costs more.
  const address = addressOf(host, request);
  await limitRate(host.limiter, "address", `address ${plan.name} ${address.bucket}`, definition.limit.address, limits);

  // 3. Authentication.
  const query = readQuery(target.query);
  refuseQueryCredential(query);
  const now = readClock(host);
  let body: Promise<Uint8Array> | null = null;
  const rawBody = (): Promise<Uint8Array> => (body ??= readBody(request, definition.maxBodyBytes));
  const io: AuthenticationIo = { rawBody, now: () => new Date(now), signal: request.signal };
  const principal = definition.auth.kind === "public" ? null : await authenticate(definition.auth, request, io);
  progress.delivery = principal?.delivery ?? null;
  requireSameSite(request, principal?.kind ?? "public", host.allowedOrigins);

  // 4. Tenant, 5. membership and role.
  const tenant = tenantOf(definition, request, principal);
  progress.tenantId = tenant?.id ?? null;
  if (principal !== null) await checkAuthorized(authorizeOf(plan), { tenant, principal });

  // 6. Limit by tenant.
  if (tenant !== null && definition.limit.tenant !== undefined) {
    await limitRate(host.limiter, "tenant", `tenant ${plan.name} ${tenant.id}`, definition.limit.tenant, limits);
  }

  // 7. Validation.
  const input = await readInput(definition.input, { request, params, query, rawBody });

  // 8. Handler.
  return runHandler(plan, {
    request,
    requestId,
    target,
    address: address.full,
    now,
    principal,
    tenant,
    input,
    limits,
    rawBody,
  });
}

function addressOf(host: RuntimeHost, request: Request): { full: string; bucket: string } {
  try {
    const full = host.clientAddress(request);
    if (full === "") throw new TypeError("No client address.");
    return { full, bucket: addressBucket(full) };
  } catch (cause) {
    // Without an address the limit by address cannot be kept.
    throw new Problem("limiter_unavailable", { cause });
  }
}

function readClock(host: RuntimeHost): Date {
  try {
    const now = host.now();
    if (Number.isNaN(now.getTime())) throw new TypeError("The clock gave no time.");
    return now;
  } catch (cause) {
    throw new Problem("clock_unavailable", { cause });
  }
}

function tenantOf(definition: RouteDefinition, request: Request, principal: Principal | null): VerifiedTenant | null {
  if (definition.tenant.kind === "global") return null;
  if (principal === null) throw new Problem("credential_required");
  try {
    return selectTenant(principal, request.headers.get(definition.tenant.header));
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem("identity_unavailable", { cause: error });
  }
}

function authorizeOf(plan: Plan): AnyAuthorize {
  if (plan.authorize === null) throw new Problem("forbidden");
  return plan.authorize;
}
