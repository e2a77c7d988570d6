import type { IncomingHttpHeaders, OutgoingHttpHeaders, ServerResponse } from "node:http";
import type { Dispatcher } from "undici";
import type { ProviderFront } from "../fronts/front.ts";
import { upstreamRequestId } from "../http/response-headers.ts";
import { Refusal } from "../refusal.ts";
import { ClientSide } from "./client-side.ts";
import type { ErrorBodyJudge } from "./judge-error-body.ts";
import type { CallControl } from "./running-calls.ts";
import { upstreamFailure } from "./upstream-failure.ts";
import type { UsageReader } from "./usage-reader.ts";

/** What is known of a call when the provider's side has ended. */
export interface UpstreamOutcome {
  /** False: not a byte of the request went out, so nothing can have been charged. */
  readonly dispatched: boolean;
  /** The provider's status; null when it never answered. */
  readonly status: number | null;
  /** True when the response ended as HTTP says it should. */
  readonly complete: boolean;
  readonly upstreamRequestId: string | null;
  readonly ttfbMs: number | null;
}

export interface UpstreamCallOptions {
  readonly response: ServerResponse;
  readonly front: ProviderFront;
  readonly requestId: string;
  /** Whether the answer is a stream of server-sent events. */
  readonly events: boolean;
  readonly reader: UsageReader;
  /** Headers of our own, on every answer. */
  readonly headers: OutgoingHttpHeaders;
  readonly judgeErrorBody: ErrorBodyJudge;
  readonly drainTimeout: number;
  readonly revokedDrainTimeout: number;
  readonly stallTimeout: number;
  readonly now: () => number;
  onEnd(outcome: UpstreamOutcome): void;
}

/** A provider's error document is small; what goes on longer is not passed on. Bytes. */
const MAX_ERROR_BODY = 64 * 1024;

/**
 * One call at the provider: undici's dispatch handler on one side, the client's response on the other.
 *
 * States: sent → answering (2xx, bytes pass) or failing (error body is collected and judged) → ended.
 * The client may leave at any time: the provider is then listened to for a bounded time, for its usage.
 * `onEnd` is called exactly once, whatever happens.
 */
export class UpstreamCall implements Dispatcher.DispatchHandler, CallControl {
  readonly #options: UpstreamCallOptions;
  readonly #client: ClientSide;
  readonly #startedAt: number;
  #controller: Dispatcher.DispatchController | null = null;
  #dispatched = false;
  #status: number | null = null;
  #headers: IncomingHttpHeaders = {};
  #errorBody: Buffer[] | null = null;
  #errorSize = 0;
  #ttfbMs: number | null = null;
  #drainTimer: NodeJS.Timeout | undefined;
  /** Set when this side gave the call up; a call still waiting for its connection learns it there. */
  #givenUp: Error | null = null;
  #ended = false;

  constructor(options: UpstreamCallOptions) {
    this.#options = options;
    this.#startedAt = options.now();
    this.#client = new ClientSide({
      ...options,
      onClosed: () => this.#drain(options.drainTimeout),
      onDrained: () => this.#controller?.resume(),
    });
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    // Nothing has been written yet: a client that left while the call waited for a connection costs nothing.
    if (this.#client.gone) controller.abort(this.#givenUp ?? new Error("the client left before the call was sent"));
    else this.#dispatched = true;
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    if (status < 200) return;
    this.#controller = controller;
    this.#status = status;
    this.#headers = headers;
    this.#ttfbMs = Math.round(this.#options.now() - this.#startedAt);
    if (status >= 300) this.#errorBody = [];
    else this.#client.begin(status, headers, this.#options.reader.keepsLength);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#errorBody !== null) {
      this.#errorSize += chunk.length;
      if (this.#errorSize <= MAX_ERROR_BODY) this.#errorBody.push(chunk);
      return;
    }
    const passed = this.#options.reader.push(chunk);
    if (passed !== null && !this.#client.write(passed)) controller.pause();
  }

  onResponseEnd(): void {
    if (this.#errorBody !== null) this.#answerError(this.#errorBody);
    else this.#client.end(this.#options.reader.end());
    this.#end(true);
  }

  onResponseError(_controller: Dispatcher.DispatchController | null, error: Error): void {
    if (this.#errorBody !== null) this.#answerError(this.#errorBody);
    else this.#client.refuse(upstreamFailure(error, this.#dispatched));
    this.#end(false);
  }

  /** Ends the client's side now; the provider's side goes on for a short while, for its usage. */
  endRevoked(): void {
    if (this.#ended || this.#client.gone) return;
    this.#client.refuse(new Refusal("key_revoked", "This virtual key was revoked while the call was running."));
    this.#drain(this.#options.revokedDrainTimeout);
    this.#client.leave();
  }

  /** Gives the call up, at shutdown: what the provider would still have said is not waited for. */
  abort(): void {
    this.#giveUp(new Error("the gateway is stopping"));
  }

  /** Listens on for so long; the first such limit counts. */
  #drain(patience: number): void {
    if (this.#ended || this.#drainTimer !== undefined) return;
    this.#controller?.resume();
    this.#drainTimer = setTimeout(() => this.#giveUp(new Error("the drain took too long")), patience);
  }

  #giveUp(reason: Error): void {
    this.#givenUp ??= reason;
    if (this.#controller !== null) this.#controller.abort(reason);
    else this.#client.leave();
  }

  #answerError(collected: readonly Buffer[]): void {
    const status = this.#status ?? 502;
    const readable = this.#errorSize <= MAX_ERROR_BODY && this.#headers["content-encoding"] === undefined;
    const body = readable ? Buffer.concat(collected) : null;
    const verdict = this.#options.judgeErrorBody(status, body);
    if (verdict instanceof Refusal) this.#client.refuse(verdict);
    else this.#client.answer(status, this.#headers, verdict);
  }

  #end(complete: boolean): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#drainTimer);
    this.#options.onEnd({
      dispatched: this.#dispatched,
      status: this.#status,
      complete,
      upstreamRequestId: upstreamRequestId(this.#options.front, this.#headers),
      ttfbMs: this.#ttfbMs,
    });
  }
}
