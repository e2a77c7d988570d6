import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { createElement, ReactNode } from "react";
import type { Authenticator } from "../authenticator.ts";
import type { Clock } from "../clock/clock.ts";
import type { RuntimeHost, Sql } from "../host.ts";
import type { KeyManifest } from "../manifest/key-manifest.ts";
import type { Principal } from "../principal.ts";
import type { Authorize } from "../route.ts";
import type { TenantResolver } from "../tenant/tenant-scope.ts";
import type { VerifiedTenant } from "../tenant/verified-tenant.ts";
import type { Plain } from "./plain-data.ts";

/** What a component needs from the application that renders it. */
export interface UiHost extends Pick<RuntimeHost, "withTenant" | "now" | "report"> {
  /** The headers of the request that is being rendered, cookies included; in Next.js, `headers` of `next/headers`. */
  headers(): Headers | Promise<Headers>;
}

/** What is used of the package `react`. */
export interface ReactLibrary {
  readonly createElement: typeof createElement;
}

export interface UiContext<Props> {
  readonly tenant: VerifiedTenant;
  readonly principal: Principal;
  /** The tenant's rows, in one transaction that is rolled back at the end: looking at a page changes nothing. */
  readonly sql: Sql;
  /** What the schema made of the component's props; undefined without a schema. */
  readonly props: Props;
  /** Aborts when time is up. */
  readonly signal: AbortSignal;
  readonly now: Date;
  readonly requestId: string;
}

export interface UiFailure {
  /** `forbidden`, `not_entitled`, `invalid_input`, …; `internal_error` for anything that is not a Problem. */
  readonly code: string;
  /** What the host's report of it says, too. */
  readonly requestId: string;
}

type PropsOf<Schema> = Schema extends StandardSchemaV1 ? StandardSchemaV1.InferOutput<Schema> : undefined;
type RawProps<Schema> = Schema extends StandardSchemaV1 ? StandardSchemaV1.InferInput<Schema> & object : object;

export interface UiOptions<Data, Schema extends StandardSchemaV1 | undefined> {
  readonly host: UiHost;
  readonly manifest: KeyManifest;
  /** For reports. Default: the manifest's slug. */
  readonly name?: string;
  /** `session`, `jwt`, or several by `anyOf`. */
  readonly auth: Authenticator;
  readonly tenant: TenantResolver;
  /** Default: every member of the tenant. */
  readonly authorize?: Authorize;
  /** For props that come from the address or the client. Without a schema no prop reaches `load`. */
  readonly props?: Schema;
  /** Names the tenant that a prop chooses, by its id. It only selects among the credential's memberships. */
  readonly select?: (props: PropsOf<Schema>) => string | null;
  /** Milliseconds for everything before `render`. Default 10,000. */
  readonly timeoutMs?: number;
  readonly clock?: Clock;
  readonly load: (context: UiContext<PropsOf<Schema>>) => Promise<Data>;
  /** Sees a copy of the data and nothing else. */
  readonly render: (data: Data) => ReactNode | Promise<ReactNode>;
  /** For visitors without a valid credential. */
  readonly fallback: ReactNode | (() => ReactNode);
  /** Default: a section with role `alert`, a sentence and the request id. */
  readonly errorCard?: (failure: UiFailure) => ReactNode;
  /** Default: `import("react")`, for the default card alone. */
  readonly react?: () => Promise<ReactLibrary>;
}

/**
 * Refuses, at the `load` that returns it, what is not plain data, such as a Secret, a function or a symbol. Of the same
 * parameters as `UiOptions["load"]`, so that a `load` written in place still says what `Data` is.
 */
export interface PlainOnly<Data, Schema extends StandardSchemaV1 | undefined> {
  readonly load: (context: UiContext<PropsOf<Schema>>) => Promise<Plain<Data>>;
}

/** A React Server Component. Never rejects but with what the framework itself threw. */
export type UiKey<Schema extends StandardSchemaV1 | undefined> = ((props: RawProps<Schema>) => Promise<ReactNode>) & {
  readonly definition: {
    readonly manifest: KeyManifest;
    readonly name: string;
    readonly auth: Authenticator;
    readonly tenant: TenantResolver;
    readonly permission: string | null;
  };
};
