import type { IncomingHttpHeaders, OutgoingHttpHeaders, ServerResponse } from "node:http";
import type { ProviderFront } from "../fronts/front.ts";
import { allowedResponseHeaders } from "../http/response-headers.ts";
import { sendRefusal } from "../http/send-refusal.ts";
import type { Refusal } from "../refusal.ts";
import { EventBoundary } from "./event-boundary.ts";

export interface ClientSideOptions {
  readonly response: ServerResponse;
  readonly front: ProviderFront;
  readonly requestId: string;
  /** The answer is a stream of server-sent events: a refusal in the middle can be said as one. */
  readonly events: boolean;
  /** Headers of our own, on every answer. */
  readonly headers: OutgoingHttpHeaders;
  /** A client that takes nothing for so long counts as gone: it must not hold the provider's connection. Milliseconds. */
  readonly stallTimeout: number;
  /** The client's side is over, by hang-up or by having been answered in full. */
  onClosed(): void;
  /** The client takes bytes again. */
  onDrained(): void;
}

/** The client's side of one call. Nothing is written once it is gone. */
export class ClientSide {
  readonly #options: ClientSideOptions;
  readonly #boundary = new EventBoundary();
  #head: (() => void) | null = null;
  #stalled: NodeJS.Timeout | undefined;
  #over = false;

  constructor(options: ClientSideOptions) {
    this.#options = options;
    const { response } = options;
    response.on("close", () => this.#closed());
    response.on("drain", () => {
      clearTimeout(this.#stalled);
      this.#stalled = undefined;
      options.onDrained();
    });
    if (response.destroyed) this.#closed();
  }

  get gone(): boolean {
    return this.#over;
  }

  /**
   * The provider's head. A stream's is sent at once; a plain answer's waits for its first byte, since until then
   * a provider that breaks off or falls silent can still be answered for with a refusal.
   */
  begin(status: number, upstream: IncomingHttpHeaders, keepsLength: boolean): void {
    if (this.#over) return;
    const { response, front, headers, events } = this.#options;
    const length = keepsLength ? upstream["content-length"] : undefined;
    const head = {
      ...allowedResponseHeaders(front, upstream),
      ...headers,
      ...(length === undefined ? {} : { "content-length": length }),
    };
    this.#head = () => response.writeHead(status, head);
    if (!events) return;
    this.#sendHead();
    response.flushHeaders();
  }

  /** False: the client does not keep up; wait for `onDrained`. */
  write(chunk: Uint8Array): boolean {
    if (this.#over || chunk.length === 0) return true;
    this.#sendHead();
    this.#boundary.passed(chunk);
    if (this.#options.response.write(chunk)) return true;
    this.#stalled ??= setTimeout(() => this.#options.response.destroy(), this.#options.stallTimeout);
    return false;
  }

  end(rest: Uint8Array | null): void {
    if (this.#over) return;
    this.#sendHead();
    this.#options.response.end(rest ?? undefined);
  }

  /** A whole answer of the provider's, as it is. */
  answer(status: number, upstream: IncomingHttpHeaders, body: Buffer): void {
    if (this.#over) return;
    const { response, front, headers } = this.#options;
    response.writeHead(status, {
      ...allowedResponseHeaders(front, upstream),
      ...headers,
      "content-length": body.length,
    });
    response.end(body);
  }

  /** Before the head an answer; after it an error event where one can stand, else a connection plainly cut off. */
  refuse(refusal: Refusal): void {
    if (this.#over) return;
    const { response, front, requestId } = this.#options;
    if (!response.headersSent) {
      sendRefusal(response, front, refusal, requestId, { headers: this.#options.headers });
      return;
    }
    const lead = this.#options.events && !response.writableEnded ? this.#boundary.lead() : null;
    if (lead === null) response.destroy();
    else response.end(lead + front.errorEvent(refusal, requestId));
  }

  /** From now on nothing is written, although the connection may stay for what was. */
  leave(): void {
    this.#closed();
  }

  #sendHead(): void {
    this.#head?.();
    this.#head = null;
  }

  #closed(): void {
    if (this.#over) return;
    this.#over = true;
    clearTimeout(this.#stalled);
    this.#options.onClosed();
  }
}
