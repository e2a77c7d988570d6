import { Agent } from "undici";
import type { Dispatcher } from "undici";
import { classifyAbort, classifyFailure } from "./classify-failure.ts";
import { FLIGHT, GuardedDispatcher } from "./guarded-dispatcher.ts";
import type { GuardedDispatchOptions } from "./guarded-dispatcher.ts";
import { guardedConnector } from "./guarded-connector.ts";
import { isPublicAddress } from "./is-public-address.ts";
import { assertOrigin, originGate } from "./origins.ts";
import { systemResolver } from "./resolver.ts";
import type { Resolver } from "./resolver.ts";

export interface OutboundOptions {
  /** Exact origins that may be plain http or at a private address, such as the sandbox: `["http://127.0.0.1:4010"]`. */
  readonly allow?: readonly string[];
  /** Default: the operating system's. */
  readonly resolver?: Resolver;
  /** Milliseconds for name, connection and TLS together. Default 5,000. */
  readonly connectTimeout?: number;
  /** Milliseconds until the last response header, unless a call says otherwise. Default 600,000: models may think long. */
  readonly headersTimeout?: number;
  /** Milliseconds between two pieces of a response body, unless a call says otherwise. Default 120,000. */
  readonly bodyTimeout?: number;
  /** Milliseconds an idle connection is kept, when the upstream gives no hint. Default 15,000. */
  readonly keepAliveTimeout?: number;
  /** Connections per origin; further calls wait for one. Default 1,024. */
  readonly connections?: number;
  /** PEM certificates trusted instead of the system's. */
  readonly ca?: string;
}

export interface OutboundRequest {
  /** Canonical: `https://host` or `https://host:port`. */
  readonly origin: string;
  /** Starts with a slash; includes the query. */
  readonly path: string;
  readonly method: Dispatcher.HttpMethod;
  /** Pairs, or a flat list of names and values. No `host`. */
  readonly headers?: Record<string, string | string[]> | string[];
  readonly body?: Dispatcher.DispatchOptions["body"];
  /** Ends the call; after `AbortSignal.timeout` the error is `upstream_timeout`, else `aborted`. */
  readonly signal?: AbortSignal;
  /** Milliseconds; 0 for no limit. */
  readonly headersTimeout?: number;
  /** Milliseconds; 0 for no limit. */
  readonly bodyTimeout?: number;
  /** Bytes of response held before reading from the socket pauses. Default 64 KiB. */
  readonly highWaterMark?: number;
}

/** undici's own: bytes as they came, not decompressed, redirects not followed. Consume or destroy the body. */
export type OutboundResponse = Pick<Dispatcher.ResponseData, "statusCode" | "headers" | "body" | "trailers">;

export interface Outbound {
  /** @throws OutboundError; the body stream fails with one, too, when it breaks off */
  request(options: OutboundRequest): Promise<OutboundResponse>;
  /** undici's interface, guarded just the same: `dispatch(options, handler)` for pass-through at the lowest cost. */
  readonly dispatcher: Dispatcher;
  /** Waits for running calls, takes no new ones. */
  close(): Promise<void>;
  /** Ends running calls. */
  destroy(): Promise<void>;
}

/** The one way out. Reads no environment: proxies named there are not used. */
export function createOutbound(options: OutboundOptions = {}): Outbound {
  return assembleOutbound(options, isPublicAddress);
}

/** For this package's own tests, which have no public addresses to connect to. */
export function assembleOutbound(options: OutboundOptions, isPublic: (address: string) => boolean): Outbound {
  const exempt = new Set(options.allow);
  for (const origin of exempt) assertOrigin(origin);
  const isExempt = (origin: string): boolean => exempt.has(origin);
  const agent = new Agent({
    connect: guardedConnector({
      isExempt,
      isPublic,
      resolver: options.resolver ?? systemResolver,
      connectTimeout: options.connectTimeout ?? 5_000,
      ca: options.ca,
    }),
    allowH2: false,
    pipelining: 1,
    connections: options.connections ?? 1024,
    headersTimeout: options.headersTimeout ?? 600_000,
    bodyTimeout: options.bodyTimeout ?? 120_000,
    keepAliveTimeout: options.keepAliveTimeout ?? 15_000,
  });
  const dispatcher = new GuardedDispatcher(agent, originGate(isExempt));
  return {
    dispatcher,
    request: (request) => start(dispatcher, request),
    close: () => agent.close(),
    destroy: () => agent.destroy(),
  };
}

function start(dispatcher: GuardedDispatcher, request: OutboundRequest): Promise<OutboundResponse> {
  const { signal } = request;
  if (signal === undefined) return dispatcher.request(request as Dispatcher.RequestOptions).catch(fail);
  if (signal.aborted) return Promise.reject(classifyAbort(signal.reason, false));
  const flight = { dispatched: false };
  const options: GuardedDispatchOptions = { ...(request as Dispatcher.RequestOptions), [FLIGHT]: flight };
  return new Promise((resolve, reject) => {
    // undici keeps an aborted call waiting for its connection; nothing is written then, so say so at once.
    const onAbort = (): void => {
      if (!flight.dispatched) reject(classifyAbort(signal.reason, false));
    };
    dispatcher
      .request(options as Dispatcher.RequestOptions)
      .catch(fail)
      .then(resolve, reject)
      .finally(() => signal.removeEventListener("abort", onAbort));
    signal.addEventListener("abort", onAbort, { once: true });
  });
}

/** What undici refuses before it dispatches. */
function fail(error: unknown): never {
  throw classifyFailure(error, false);
}
