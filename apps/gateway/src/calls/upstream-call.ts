import type { IncomingHttpHeaders, OutgoingHttpHeaders, ServerResponse } from "node:http";
import type { Dispatcher } from "undici";
import type { ProviderFront } from "../fronts/front.ts";
import { allowedResponseHeaders, upstreamRequestId } from "../http/response-headers.ts";
import { sendRefusal } from "../http/send-refusal.ts";
import { Refusal } from "../refusal.ts";
import type { ErrorBodyJudge } from "./judge-error-body.ts";
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
  readonly stream: boolean;
  readonly reader: UsageReader;
  /** Headers of our own, on every answer. */
  readonly headers: OutgoingHttpHeaders;
  readonly judgeErrorBody: ErrorBodyJudge;
  readonly drainTimeout: number;
  readonly revokedDrainTimeout: number;
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
export class UpstreamCall implements Dispatcher.DispatchHandler {
  readonly #options: UpstreamCallOptions;
  readonly #startedAt: number;
  #controller: Dispatcher.DispatchController | null = null;
  #dispatched = false;
  #status: number | null = null;
  #headers: IncomingHttpHeaders = {};
  #errorBody: Buffer[] | null = null;
  #errorSize = 0;
  #ttfbMs: number | null = null;
  #clientGone = false;
  #drainTimer: NodeJS.Timeout | undefined;
  #ended = false;

  constructor(options: UpstreamCallOptions) {
    this.#options = options;
    this.#startedAt = options.now();
    options.response.on("close", () => this.#clientLeft(options.drainTimeout));
    options.response.on("drain", () => this.#controller?.resume());
    if (options.response.destroyed) this.#clientLeft(options.drainTimeout);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    // Nothing has been written yet: a client that left while the call waited for a connection costs nothing.
    if (this.#clientGone) controller.abort(new Error("the client left before the call was sent"));
    else this.#dispatched = true;
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    if (status < 200) return;
    this.#controller = controller;
    this.#status = status;
    this.#headers = headers;
    this.#ttfbMs = Math.round(this.#options.now() - this.#startedAt);
    if (status >= 300) {
      this.#errorBody = [];
      return;
    }
    if (this.#clientGone) return;
    const { front, response, reader } = this.#options;
    const outgoing = { ...allowedResponseHeaders(front, headers), ...this.#options.headers };
    if (reader.keepsLength && headers["content-length"] !== undefined) {
      outgoing["content-length"] = headers["content-length"];
    }
    response.writeHead(status, outgoing);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#errorBody !== null) {
      this.#errorSize += chunk.length;
      if (this.#errorSize <= MAX_ERROR_BODY) this.#errorBody.push(chunk);
      return;
    }
    const passed = this.#options.reader.push(chunk);
    if (this.#clientGone || passed === null || passed.length === 0) return;
    if (!this.#options.response.write(passed)) controller.pause();
  }

  onResponseEnd(): void {
    if (this.#errorBody !== null) {
      this.#answerError(this.#errorBody);
    } else {
      const rest = this.#options.reader.end();
      if (!this.#clientGone) this.#options.response.end(rest ?? undefined);
    }
    this.#end(true);
  }

  onResponseError(_controller: Dispatcher.DispatchController | null, error: Error): void {
    if (this.#errorBody !== null) this.#answerError(this.#errorBody);
    else this.#answerBroken(error);
    this.#end(false);
  }

  /** Ends the client's side now; the provider's side goes on for a short while, for its usage. */
  endRevoked(): void {
    if (this.#ended || this.#clientGone) return;
    const refusal = new Refusal("key_revoked", "This virtual key was revoked while the call was running.");
    this.#answerRefusal(refusal);
    this.#clientLeft(this.#options.revokedDrainTimeout);
  }

  /** Gives the call up, at shutdown: what the provider would still have said is not waited for. */
  abort(): void {
    this.#controller?.abort(new Error("the gateway is stopping"));
  }

  #clientLeft(patience: number): void {
    if (this.#clientGone) return;
    this.#clientGone = true;
    if (this.#ended) return;
    this.#controller?.resume();
    this.#drainTimer = setTimeout(() => this.#controller?.abort(new Error("the drain took too long")), patience);
  }

  #answerError(collected: readonly Buffer[]): void {
    const { front, response, requestId, headers, judgeErrorBody } = this.#options;
    if (this.#clientGone) return;
    const status = this.#status ?? 502;
    const verdict = judgeErrorBody(status, this.#errorSize > MAX_ERROR_BODY ? null : Buffer.concat(collected));
    if (verdict instanceof Refusal) {
      this.#answerRefusal(verdict);
      return;
    }
    response.writeHead(status, {
      ...allowedResponseHeaders(front, this.#headers),
      ...headers,
      "x-request-id": requestId,
      "content-length": verdict.length,
    });
    response.end(verdict);
  }

  #answerBroken(error: Error): void {
    if (this.#clientGone) return;
    this.#answerRefusal(
      isTimeout(error)
        ? new Refusal(
            "upstream_timeout",
            "The provider stopped answering. The call was counted; see its cost under requests.",
          )
        : new Refusal(
            "upstream_unreachable",
            this.#dispatched ? "The provider broke the connection off." : "The provider could not be reached.",
          ),
    );
  }

  /** A refusal before the head is an answer; after it, an error event in a stream, a cut connection elsewhere. */
  #answerRefusal(refusal: Refusal): void {
    const { response, front, requestId, stream } = this.#options;
    if (!response.headersSent) {
      sendRefusal(response, front, refusal, requestId);
    } else if (stream && !response.writableEnded) {
      response.end(front.errorEvent(refusal, requestId));
    } else {
      response.destroy();
    }
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

const timeoutCodes = new Set([
  "UND_ERR_HEADERS_TIMEOUT",
  "UND_ERR_BODY_TIMEOUT",
  "UND_ERR_CONNECT_TIMEOUT",
  "upstream_timeout",
]);

function isTimeout(error: Error): boolean {
  return "code" in error && typeof error.code === "string" && timeoutCodes.has(error.code);
}
