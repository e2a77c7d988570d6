import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { Authenticator, PublicAccess } from "./authenticator.ts";
import type { AuditEvent, LimitRule, RuntimeHost, Sql } from "./host.ts";
import type { KeyManifest } from "./manifest/key-manifest.ts";
import type { Principal } from "./principal.ts";
import type { GlobalScope, TenantScope } from "./tenant/tenant-scope.ts";
import type { VerifiedTenant } from "./tenant/verified-tenant.ts";
import type { ReplayProtection } from "./webhooks/replay/replay-protection.ts";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** Standard Schemas (zod, valibot, …). A part without a schema must be absent from the request. */
export interface RouteInput {
  readonly body?: StandardSchemaV1;
  /** Sees an object of strings; a repeated parameter is refused before it. */
  readonly query?: StandardSchemaV1;
  /** Sees the decoded `:name` segments. Required when the path has any. */
  readonly params?: StandardSchemaV1;
  /** Sees lower-case names, credentials left out. Let it strip what it does not know. */
  readonly headers?: StandardSchemaV1;
}

export type Validated<Schema> = Schema extends StandardSchemaV1 ? StandardSchemaV1.InferOutput<Schema> : undefined;

export interface Access<Tenant extends VerifiedTenant | null = VerifiedTenant> {
  /** Null on `globalScope` routes. */
  readonly tenant: Tenant;
  readonly principal: Principal;
}

/** Only the value `true` allows; throwing is 503. `permission` names it for enumeration. */
export type Authorize<Tenant extends VerifiedTenant | null = VerifiedTenant> = ((
  access: Access<Tenant>,
) => boolean | Promise<boolean>) & { readonly permission?: string };

type TenantOf<Scope> = Scope extends GlobalScope ? null : VerifiedTenant;

/** The part of a request a handler may see raw. Headers and body reach it only through a schema. */
export interface RouteRequest {
  readonly method: string;
  /** Path and query as sent, without the host, which is the client's to choose. */
  readonly target: string;
}

interface BaseContext<Input extends RouteInput, Who> {
  readonly request: RouteRequest;
  /** UUID; also in the `x-request-id` header and in every problem document. */
  readonly requestId: string;
  readonly params: Validated<Input["params"]>;
  readonly query: Validated<Input["query"]>;
  readonly body: Validated<Input["body"]>;
  readonly headers: Validated<Input["headers"]>;
  readonly principal: Who;
  /** The client's address, by the host's trusted proxies. */
  readonly address: string;
  /** Aborts when the client goes away. */
  readonly signal: AbortSignal;
  /** The host's clock, as read once for this request. */
  readonly now: Date;
  /** Runs once the effect is committed and before the answer; a failure is reported and changes nothing. */
  afterCommit(fn: () => void | Promise<void>): void;
}

export interface TenantContext<Input extends RouteInput> extends BaseContext<Input, Principal> {
  readonly tenant: VerifiedTenant;
  /** One transaction for the request, opened by its first use. Hold no outbound call between its queries. */
  readonly sql: Sql;
  /** Appends to the audit log in the same transaction; a failure rolls the effect back, caught or not. */
  audit(event: AuditEvent): Promise<void>;
}

export interface GlobalContext<Input extends RouteInput, Who> extends BaseContext<Input, Who> {
  readonly tenant: null;
}

type Who<Auth> = Auth extends PublicAccess ? null : Principal;

export type RouteContext<
  Input extends RouteInput = RouteInput,
  Scope extends TenantScope = TenantScope,
  Auth extends Authenticator | PublicAccess = Authenticator | PublicAccess,
> = Scope extends GlobalScope ? GlobalContext<Input, Who<Auth>> : TenantContext<Input>;

export interface HandlerResult {
  /** 200–299 commits. 400 and above rolls back and answers a problem document; `body` is then not sent. */
  readonly status: number;
  /** Serialised as JSON; bytes and streams pass as they are and need a `content-type` header. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>> | Headers;
  /** What an Idempotency-Key replay answers instead of `body`: never a secret that is shown once. */
  readonly replayBody?: unknown;
}

export interface RouteLimits {
  readonly address: LimitRule;
  /** Required on tenant routes. */
  readonly tenant?: LimitRule;
}

export interface RouteOptions<
  Input extends RouteInput,
  Scope extends TenantScope,
  Auth extends Authenticator | PublicAccess,
> {
  readonly host: RuntimeHost;
  readonly manifest: KeyManifest;
  readonly method: Method;
  /** For example `/api/v1/things/:id`. */
  readonly path: string;
  readonly auth: Auth;
  readonly tenant: Scope;
  /** Required unless `auth` is `publicAccess`. */
  readonly authorize?: Authorize<TenantOf<Scope>>;
  readonly input: Input;
  readonly limit: RouteLimits;
  readonly maxBodyBytes: number;
  readonly idempotency: "accepted" | "none";
  /** Required when `auth` takes webhooks: what keeps a delivery from having its effect twice. */
  readonly replay?: ReplayProtection;
  /** Problem codes of this route beside the runtime's own, with their status (400–599) and the sentence a client reads. */
  readonly problems?: Readonly<Record<string, { readonly status: number; readonly detail: string }>>;
  readonly handler: (context: RouteContext<Input, Scope, Auth>) => Promise<HandlerResult>;
}

/** What enumeration (mounting, OpenAPI, tests of the promises) reads of a route. */
export interface RouteDefinition {
  readonly manifest: KeyManifest;
  readonly method: Method;
  readonly path: string;
  readonly auth: Authenticator | PublicAccess;
  readonly tenant: TenantScope;
  readonly permission: string | null;
  readonly input: RouteInput;
  readonly limit: RouteLimits;
  readonly maxBodyBytes: number;
  readonly idempotency: "accepted" | "none";
  readonly replay: ReplayProtection | null;
  readonly problems: Readonly<Record<string, { readonly status: number; readonly detail: string }>>;
}

export type RouteKey = ((request: Request) => Promise<Response>) & { readonly definition: RouteDefinition };
