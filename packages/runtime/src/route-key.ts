import type { Authenticator, PublicAccess } from "./authenticator.ts";
import type { RouteInput, RouteKey, RouteOptions } from "./route.ts";
import type { TenantScope } from "./tenant/tenant-scope.ts";

export function routeKey<
  const Input extends RouteInput,
  Scope extends TenantScope,
  Auth extends Authenticator | PublicAccess,
>(options: RouteOptions<Input, Scope, Auth>): RouteKey {
  throw new Error(`not built yet: ${options.path}`);
}
