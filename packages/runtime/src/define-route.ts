import type { Authenticator, PublicAccess } from "./authenticator.ts";
import { pathPattern, type PathPattern } from "./path/path-pattern.ts";
import { PROBLEM_CODES } from "./problem-codes.ts";
import type { Method, RouteDefinition, RouteInput, RouteOptions } from "./route.ts";
import { RuntimeError } from "./runtime-error.ts";
import type { TenantScope } from "./tenant/tenant-scope.ts";
import { replayFault } from "./webhooks/replay/check-replay.ts";

const METHODS: ReadonlySet<Method> = new Set(["GET", "POST", "PUT", "PATCH", "DELETE"]);

// A body is held in memory once as bytes and once as values; nothing here needs more.
const MAX_BODY_BYTES = 16 * 1024 * 1024;

export interface DefinedRoute {
  readonly definition: RouteDefinition;
  readonly pattern: PathPattern;
}

/**
 * Checks everything about a route that can be known before a request.
 * Throws RuntimeError `route_invalid`, or `manifest_disagrees` when `key.json` does not say the same.
 */
export function defineRoute<Auth extends Authenticator | PublicAccess>(
  options: RouteOptions<RouteInput, TenantScope, Auth>,
): DefinedRoute {
  const pattern = pathPattern(options.path);
  const refuse = (why: string): never => {
    throw new RuntimeError("route_invalid", `${options.method} ${options.path}: ${why}`);
  };
  if (!METHODS.has(options.method)) refuse("the method is not one of GET, POST, PUT, PATCH, DELETE");
  const isPublic = options.auth.kind === "public";
  if (isPublic && options.tenant.kind !== "global") refuse("without a credential there is no tenant");
  if (!isPublic && typeof options.authorize !== "function") refuse("authorize must say who is allowed");
  if (pattern.params.length > 0 && options.input.params === undefined) refuse("path parameters need a schema");
  if (options.method === "GET" && options.input.body !== undefined) refuse("a GET has no body");
  if (options.idempotency === "accepted" && options.tenant.kind === "global") {
    refuse("an Idempotency-Key is kept with a tenant's rows");
  }
  if (options.idempotency === "accepted" && options.method === "GET") refuse("a GET is idempotent as it is");
  if (!Number.isInteger(options.maxBodyBytes) || options.maxBodyBytes < 0 || options.maxBodyBytes > MAX_BODY_BYTES) {
    refuse(`maxBodyBytes must be 0 to ${MAX_BODY_BYTES}`);
  }
  const unprotected = replayFault(options);
  if (unprotected !== null) refuse(unprotected);
  const { address, tenant } = options.limit;
  if (options.tenant.kind === "member" && tenant === undefined) refuse("limit.tenant is missing");
  for (const rule of tenant === undefined ? [address] : [address, tenant]) {
    if (!(Number.isInteger(rule.points) && rule.points > 0 && Number.isInteger(rule.seconds) && rule.seconds > 0)) {
      refuse("a limit needs whole points and seconds above 0");
    }
  }
  for (const [code, { status }] of Object.entries(options.problems ?? {})) {
    if (!/^[a-z][a-z0-9_]*$/.test(code) || Object.hasOwn(PROBLEM_CODES, code))
      refuse(`the problem ${code} is not its own`);
    if (!Number.isInteger(status) || status < 400 || status > 599) refuse(`the problem ${code} has no error status`);
  }
  agreeWithManifest(options);
  return {
    pattern,
    definition: Object.freeze({
      manifest: options.manifest,
      method: options.method,
      path: options.path,
      auth: options.auth,
      tenant: options.tenant,
      permission: options.authorize?.permission ?? null,
      input: options.input,
      limit: options.limit,
      maxBodyBytes: options.maxBodyBytes,
      idempotency: options.idempotency,
      replay: options.replay ?? null,
      problems: options.problems ?? {},
    }),
  };
}

/**
 * What a person reads in `key.json` is what runs: the same route, scope and reasons, and no kind of credential that is
 * not there. A host takes those of the kinds it has, one at least.
 */
function agreeWithManifest(options: RouteOptions<RouteInput, TenantScope, Authenticator | PublicAccess>): void {
  const { manifest, method, path, auth, tenant } = options;
  const disagree = (why: string): never => {
    throw new RuntimeError("manifest_disagrees", `${method} ${path} (${manifest.slug}): ${why}`);
  };
  const declared = manifest.exposed_routes.filter((route) => route.path === path && route.method.includes(method));
  const [entry] = declared;
  if (entry === undefined || declared.length > 1) return disagree("key.json must declare it exactly once");
  const kinds: readonly string[] = auth.kind === "public" ? ["public"] : (auth.kinds ?? [auth.kind]);
  const declaredKinds: readonly string[] = entry.auth;
  if (kinds.length === 0 || !kinds.every((kind) => declaredKinds.includes(kind))) {
    disagree(`key.json says auth ${entry.auth.join(", ")} and the route takes ${kinds.join(", ") || "none"}`);
  }
  if (auth.kind === "public" && manifest.public_reason !== auth.reason) {
    disagree("public_reason in key.json must repeat the reason given to publicAccess");
  }
  if ((entry.tenant_scope === "global") !== (tenant.kind === "global")) {
    disagree(`key.json says tenant_scope ${entry.tenant_scope}`);
  }
  if (tenant.kind === "global" && manifest.global_reason !== tenant.reason) {
    disagree("global_reason in key.json must repeat the reason given to globalScope");
  }
  return undefined;
}
