import type { AnyAuthorize } from "./gates/authorize.ts";
import type { RuntimeHost } from "./host.ts";
import type { PathPattern } from "./path/path-pattern.ts";
import type { HandlerResult, RouteDefinition } from "./route.ts";

/** A route as its gates need it. */
export interface Plan {
  readonly definition: RouteDefinition;
  readonly pattern: PathPattern;
  readonly host: RuntimeHost;
  readonly authorize: AnyAuthorize | null;
  /** `METHOD /path/:pattern`. */
  readonly name: string;
  readonly handler: (context: unknown) => Promise<HandlerResult>;
}
